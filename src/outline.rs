//! What `check` says: everything that would be started, for an operator's eyes. No secret is in it.

use barnraiser::config::{Config, ConvenersOf, Discord, Inviter, LogFormat, Matrix, SignIn, Trust};

/// The configuration in words, a line for each part.
pub fn summary(config: &Config) -> String {
    let Config { data, log, community, rhythm, delivery, backup, health, matrix, discord } = config;
    let mut lines = vec![
        "ok".to_owned(),
        format!("data: {}", data.display()),
        format!("log: {} as {}", log.level, if log.format == LogFormat::Json { "json" } else { "text" }),
        format!(
            "new communities: zone {}, language {}, weekly digest {}",
            community.zone.name(),
            community.language.tag(),
            rhythm.weekly_digest.as_ref().map_or_else(|| "off".to_owned(), ToString::to_string)
        ),
        format!("housekeeping: {}; words are kept {} days", rhythm.housekeeping, rhythm.retention_days),
        format!("delivery: looks after {} s whether a send arrived", delivery.quarantine.as_secs()),
        match &backup.schedule {
            Some(schedule) => format!(
                "backups: {schedule} to {}; the last {}, at most {} days",
                backup.folder.display(),
                backup.keep,
                backup.keep_days
            ),
            None => "backups: none are made by themselves".to_owned(),
        },
        match health.listen {
            Some(at) => format!("health: on {at}"),
            None => "health: not shown".to_owned(),
        },
    ];
    if let Some(at) = health.listen.filter(|at| !at.ip().is_loopback()) {
        lines.push(format!("health: note: other machines can read {at}, so keep it behind a firewall"));
    }
    match matrix {
        Some(matrix) => lines.extend(about_matrix(matrix)),
        None => lines.push("matrix: no".to_owned()),
    }
    match discord {
        Some(Discord { connect_to: Some(at), .. }) => lines.push(format!("discord: yes, by way of {at}")),
        Some(_) => lines.push("discord: yes".to_owned()),
        None => lines.push("discord: no".to_owned()),
    }
    if matrix.is_none() && discord.is_none() {
        lines.push("nothing would be started: the configuration names no platform".to_owned());
    }
    lines.join("\n")
}

fn about_matrix(matrix: &Matrix) -> Vec<String> {
    let how = match &matrix.sign_in {
        SignIn::Password(_) => "a password".to_owned(),
        SignIn::Token { device_id, .. } => format!("a token for device {device_id}"),
    };
    let inviters: Vec<_> = matrix
        .inviters
        .iter()
        .map(|inviter| match inviter {
            Inviter::User(user) => user.clone(),
            Inviter::Server(server) => format!("everyone of {server}"),
            Inviter::Space(space) => format!("everyone in {space}"),
        })
        .collect();
    let listed = if inviters.is_empty() { "nobody else".to_owned() } else { inviters.join(", ") };
    let of = match matrix.conveners_of {
        ConvenersOf::Room => "in the room",
        ConvenersOf::Space => "in the room or its space",
    };
    let trusted = match matrix.trust {
        Trust::SignedDevices => "devices their owner has verified",
        Trust::AllDevices => "every device",
    };
    let chats = if matrix.encrypt_chats { "encrypted" } else { "not encrypted" };
    let key = if matrix.recovery_key.is_some() { "yours" } else { "matrix-recovery-key in the data folder" };
    let mut lines = vec![
        format!("matrix: {} at {}, with {how}, as device {:?}", matrix.user, matrix.homeserver, matrix.device_name),
        format!("matrix: trusts {trusted}; direct chats are {chats}; recovery key: {key}"),
        format!("matrix: commands begin with {}; conveners from power {} {of}", matrix.prefix, matrix.convener_power),
        format!(
            "matrix: accepts invites of its conveners and of {listed}, {} rooms a day; to a chat, of all it shares a room with",
            matrix.rooms_a_day
        ),
        format!("matrix: sends {} messages at once, then {} a minute", matrix.burst, matrix.messages_per_minute),
    ];
    if matrix.describe_commands {
        lines.push("matrix: describes its commands in its rooms, where it has the power to".to_owned());
    }
    if matrix.homeserver.scheme() == "http" {
        lines.push("matrix: note: http is not encrypted, so keep it to this machine or a private network".to_owned());
    }
    lines
}
