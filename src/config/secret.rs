//! Passwords and tokens: how they are held, and the only ways in which they may lie on a disk.
//!
//! A secret never shows itself: printed or debugged it is `***`, and no problem about it quotes it. A file that holds
//! one must not be readable by anyone but its owner.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::Path;

use super::problem::Wrong;

/// No password or token is longer than this many bytes; what is, is the wrong file.
const LONGEST: u64 = 16 * 1024;

/// A password or a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Holds a secret that is not empty and stands on one line, as every password and token does.
    ///
    /// # Errors
    /// The reason it cannot be one, without its value.
    pub fn new(text: impl Into<String>) -> Result<Self, Wrong> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(Wrong::new("the secret is empty", "put the secret there, on one line"));
        }
        if text.contains(['\n', '\r', '\0']) {
            return Err(Wrong::new("the secret has more than one line", "keep exactly the secret there, on one line"));
        }
        Ok(Secret(text))
    }

    /// The secret itself, for the one call that signs in. Never log or format what this returns.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Reads a secret from a file, without the one newline that editors put at its end.
    ///
    /// # Errors
    /// When it is no regular file, others could read it, or what it holds is no secret.
    pub fn from_file(path: &Path) -> Result<Self, Wrong> {
        let name = path.display();
        let unreadable = |fault: std::io::Error| {
            Wrong::new(
                format!("the secret file {name} cannot be read ({fault})"),
                "check the path, and that the bot's user owns it",
            )
        };
        // Looked at before it is opened, because opening a pipe would wait for ever.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(Wrong::new(
                format!("{name} is not a regular file"),
                "name a file that holds only the secret, on one line",
            ));
        }
        let file = File::open(path).map_err(unreadable)?;
        // Asked of the open file and not of the path, so that it cannot be changed for another one in between.
        let about = file.metadata().map_err(unreadable)?;
        if !only_the_owner_reads(&about) {
            return Err(Wrong::new(
                format!("the secret file {name} can be read by others"),
                format!("chmod 600 {name}, and change the secret if others may have seen it"),
            ));
        }
        let mut text = String::new();
        file.take(LONGEST + 1).read_to_string(&mut text).map_err(|fault| match fault.kind() {
            std::io::ErrorKind::InvalidData => {
                Wrong::new(format!("the secret file {name} is not text"), "save it as UTF-8 text")
            }
            _ => unreadable(fault),
        })?;
        if text.len() as u64 > LONGEST {
            return Err(Wrong::new(
                format!("the secret file {name} is far too long for a secret"),
                "name a file that holds only the secret, on one line",
            ));
        }
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Secret::new(text).map_err(|wrong| Wrong::new(format!("{name}: {}", wrong.what), wrong.mend))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Whether neither the file's group nor anyone else may read, write or run it. Systems without such modes have their
/// own ways to keep a file private, which cannot be asked about here.
pub fn only_the_owner_reads(about: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        about.permissions().mode() & 0o077 == 0
    }
    #[cfg(not(unix))]
    {
        let _ = about;
        true
    }
}
