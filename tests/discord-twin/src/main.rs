//! The twin as a program: says in one line of JSON how to reach it, and stays until it is told to end.

use std::io::{self, Write};
use std::path::PathBuf;

use discord_twin::{Options, Twin};
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

const HELP: &str = "\
discord-twin: a stand-in Discord on the loopback

    discord-twin [--record FILE] [--port N] [--https-port N] [--until-stdin-closes]

Prints one line of JSON when it is ready (http, https, gateway, ca, control) and ends on SIGTERM or SIGINT; with
--until-stdin-closes also when its standard input ends. Its README.md says what can be asked of it.
";

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut options = Options::default();
    let mut until_stdin_closes = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| bad(&format!("{argument} needs a value")));
        match argument.as_str() {
            "--record" => options.record = Some(PathBuf::from(value()?)),
            "--port" => options.port = value()?.parse().map_err(|_| bad("--port needs a number"))?,
            "--https-port" => options.https_port = value()?.parse().map_err(|_| bad("--https-port needs a number"))?,
            "--until-stdin-closes" => until_stdin_closes = true,
            "--help" | "-h" => return io::stdout().write_all(HELP.as_bytes()),
            other => return Err(bad(&format!("unknown option {other}; try --help"))),
        }
    }
    let mut end = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let twin = Twin::start(options).await?;
    let mut out = io::stdout();
    writeln!(out, "{}", twin.addresses())?;
    out.flush()?;
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
        () = stdin_closed(), if until_stdin_closes => {}
    }
    // Dropped by hand: the process may still be held by a read of standard input, and the folder has to go.
    drop(twin);
    std::process::exit(0)
}

async fn stdin_closed() {
    let mut ignored = [0; 256];
    let mut stdin = tokio::io::stdin();
    // An error is an end, too.
    while matches!(stdin.read(&mut ignored).await, Ok(1..)) {}
}

fn bad(said: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, said)
}
