//! Events that could not be decrypted, until they are heard or their sender was asked to say them again. Never a word of
//! them, since nobody knows one, and no name.

use sqlx::sqlite::SqlitePool;

use super::Fault;
use crate::domain::community::Platform;

/// What still waits on a platform, oldest first: the room and the event.
pub async fn waiting(_readers: &SqlitePool, _platform: Platform) -> Result<Vec<(String, String)>, Fault> {
    Ok(Vec::new())
}
