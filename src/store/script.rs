//! The writes of one input, recorded in order and run as one query.
//!
//! Each statement sent through sqlx costs a hand-off to SQLite's thread; a command of a dozen small ones would spend its
//! time there. So store functions append static SQL and its binds, and the engine runs the whole between a savepoint and
//! its release.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::Fault;

/// A value bound to a `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    Null,
    Integer(i64),
    Text(String),
}

impl From<i64> for Bind {
    fn from(value: i64) -> Self {
        Bind::Integer(value)
    }
}

impl From<u32> for Bind {
    fn from(value: u32) -> Self {
        Bind::Integer(value.into())
    }
}

impl From<u8> for Bind {
    fn from(value: u8) -> Self {
        Bind::Integer(value.into())
    }
}

impl From<bool> for Bind {
    fn from(value: bool) -> Self {
        Bind::Integer(value.into())
    }
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Bind::Text(value.to_owned())
    }
}

impl From<String> for Bind {
    fn from(value: String) -> Self {
        Bind::Text(value)
    }
}

impl<T: Into<Bind>> From<Option<T>> for Bind {
    fn from(value: Option<T>) -> Self {
        value.map_or(Bind::Null, Into::into)
    }
}

/// Recorded writes.
#[derive(Debug, Default)]
pub struct Script {
    sql: String,
    binds: Vec<Bind>,
}

impl Script {
    /// Records one statement. `sql` is static, so that nothing typed can become SQL.
    pub fn write<const N: usize>(&mut self, sql: &'static str, binds: [Bind; N]) {
        debug_assert_eq!(sql.matches('?').count(), N, "binds of {sql}");
        self.sql.push_str(sql);
        self.sql.push_str(";\n");
        self.binds.extend(binds);
    }

    pub fn is_empty(&self) -> bool {
        self.sql.is_empty()
    }

    /// How much is recorded so far.
    pub fn writes(&self) -> usize {
        self.sql.len()
    }

    /// Runs everything recorded, all or nothing, inside the transaction the connection is in.
    ///
    /// # Errors
    /// A statement failed; none of them has happened. Unless [`Failed::undone`], the whole transaction is gone too.
    pub async fn run(self, conn: &mut SqliteConnection) -> Result<(), Failed> {
        if self.is_empty() {
            return Ok(());
        }
        let sql = format!("savepoint input;\n{}release input;", self.sql);
        let query = self.binds.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, bind| match bind {
            Bind::Null => query.bind(None::<i64>),
            Bind::Integer(value) => query.bind(value),
            Bind::Text(value) => query.bind(value),
        });
        if let Err(fault) = query.execute(&mut *conn).await {
            let undone = conn.execute("rollback to input; release input").await.is_ok();
            return Err(Failed { fault, undone });
        }
        Ok(())
    }
}

/// A script that did not run.
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
pub struct Failed {
    pub fault: Fault,
    /// Whether the transaction goes on without this script. If not, SQLite has ended it (a full disk, a broken file), and
    /// whatever ran after it would be committed on its own.
    pub undone: bool,
}

impl From<Fault> for Failed {
    /// A fault while reading or deciding: nothing was written.
    fn from(fault: Fault) -> Self {
        Failed { fault, undone: true }
    }
}
