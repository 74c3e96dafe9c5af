//! Names inside the data folder that more than one part of the program has to agree on.

/// What opens the bot's keys at its homeserver. Beside the login and not in its folder, since it is what helps when that
/// has to be thrown away.
pub const RECOVERY_KEY: &str = "matrix-recovery-key";

/// Says that the login and its stores were put there by a restore, and may be older than what other devices have seen of
/// them.
pub const RESTORED: &str = "matrix/restored";
