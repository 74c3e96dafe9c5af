//! What an error of the SDK means for what was tried: was it taken, will it ever be, when to try again.
//!
//! Nothing here carries a server's own words: they may quote what people wrote.

use std::time::Duration;

use jiff::SignedDuration;
use matrix_sdk::ruma::api::error::{ErrorKind, RetryAfter};
use matrix_sdk::{Error, HttpError};

use crate::delivery::gateway::Lookup;
use crate::engine::parcel::{Extent, Outcome};

/// Why something did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The homeserver asks to wait, and took nothing.
    #[error("asked to wait {} s", .0.as_secs())]
    Wait(Duration),
    /// The SDK does not know the room well enough yet. Nothing left.
    #[error("the room is not known well enough yet")]
    NotYet,
    /// No connection came about, so nothing was taken.
    #[error("the homeserver cannot be reached")]
    Unreached,
    /// It may have been taken or not.
    #[error("unclear: {0}")]
    Unclear(String),
    /// It will never be taken.
    #[error("refused: {0}")]
    Refused(String),
    /// Nothing from the bot is taken there.
    #[error("closed: {0}")]
    Closed(String),
    /// The session has ended.
    #[error("the session has ended")]
    LoggedOut,
}

/// How long to wait if the homeserver says "too much" without saying for how long.
const UNSAID_WAIT: Duration = Duration::from_secs(5);
/// How long a message waits whose room could not be looked at.
const UNREACHED_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// How long a message waits for the sync to bring a room that the homeserver already knows.
const NOT_YET_WAIT: SignedDuration = SignedDuration::from_secs(2);
/// How long a message waits whose preparation failed in an unclear way.
const UNCLEAR_WAIT: SignedDuration = SignedDuration::from_secs(30);

impl Trouble {
    /// The outcome if the message itself had been handed to the homeserver.
    pub(super) fn while_sending(self) -> Outcome {
        match self {
            Trouble::Unclear(reason) => Outcome::Unknown { reason },
            other => other.before_sending(),
        }
    }

    /// The outcome if nothing of the message had left yet.
    pub(super) fn before_sending(self) -> Outcome {
        match self {
            // A homeserver's limits are the account's, wherever it writes.
            Trouble::Wait(pause) => {
                let after = SignedDuration::try_from(pause).unwrap_or(UNCLEAR_WAIT);
                Outcome::Later { after, of: Extent::Platform }
            }
            Trouble::NotYet => Outcome::Later { after: NOT_YET_WAIT, of: Extent::Route },
            Trouble::Unreached => Outcome::Later { after: UNREACHED_WAIT, of: Extent::Platform },
            Trouble::LoggedOut => Outcome::Later { after: UNCLEAR_WAIT, of: Extent::Platform },
            Trouble::Unclear(_) => Outcome::Later { after: UNCLEAR_WAIT, of: Extent::Route },
            Trouble::Refused(reason) => Outcome::Refused { reason },
            Trouble::Closed(reason) => Outcome::Closed { reason },
        }
    }

    /// What it means for a look at the history: only a no from the homeserver makes it unreadable.
    pub(super) fn while_looking(self) -> Lookup {
        match self.before_sending() {
            Outcome::Later { after, of } => Lookup::Later { after, of },
            Outcome::Refused { reason } | Outcome::Closed { reason } => Lookup::Unreadable(reason),
            other => Lookup::Unreadable(format!("{other:?}")),
        }
    }
}

impl From<&HttpError> for Trouble {
    fn from(error: &HttpError) -> Self {
        match error {
            HttpError::Reqwest(error) if error.is_connect() => Trouble::Unreached,
            HttpError::Reqwest(error) if error.is_timeout() => Trouble::Unclear("timeout".into()),
            HttpError::Reqwest(_) => Trouble::Unclear("connection".into()),
            HttpError::Cached(error) => Trouble::from(error.as_ref()),
            other => from_api(other),
        }
    }
}

fn from_api(error: &HttpError) -> Trouble {
    let Some(api) = error.as_client_api_error() else { return Trouble::Unclear("unreadable answer".into()) };
    let status = api.status_code.as_u16();
    match api.error_kind() {
        Some(ErrorKind::LimitExceeded(limit)) => Trouble::Wait(match limit.retry_after {
            Some(RetryAfter::Delay(pause)) => pause,
            _ => UNSAID_WAIT,
        }),
        Some(ErrorKind::UnknownToken(_) | ErrorKind::MissingToken) => Trouble::LoggedOut,
        _ if status == 429 => Trouble::Wait(UNSAID_WAIT),
        _ if status == 408 || status >= 500 => Trouble::Unclear(status.to_string()),
        Some(ErrorKind::Forbidden) => Trouble::Closed(format!("M_FORBIDDEN ({status})")),
        Some(kind) => Trouble::Refused(format!("{} ({status})", kind.errcode())),
        None => Trouble::Refused(status.to_string()),
    }
}

impl From<&Error> for Trouble {
    fn from(error: &Error) -> Self {
        match error {
            Error::Http(error) => Trouble::from(error.as_ref()),
            Error::WrongRoomState(_) => Trouble::Closed("not in the room".into()),
            Error::Timeout => Trouble::Unclear("timeout".into()),
            Error::InsufficientData | Error::ConcurrentRequestFailed => Trouble::Unclear("state not known yet".into()),
            _ => Trouble::Unclear("the SDK's own store".into()),
        }
    }
}

impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        Trouble::from(&error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::from(&error)
    }
}

impl From<matrix_sdk::StoreError> for Trouble {
    fn from(_: matrix_sdk::StoreError) -> Self {
        Trouble::Unclear("the SDK's own store".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_have_been_taken_is_unknown() {
        let unclear = Trouble::Unclear("502".into());
        assert_eq!(unclear.clone().while_sending(), Outcome::Unknown { reason: "502".into() });
        assert!(matches!(unclear.before_sending(), Outcome::Later { .. }));
        assert!(matches!(Trouble::Unreached.while_sending(), Outcome::Later { .. }));
        let wait = Trouble::Wait(Duration::from_millis(1500));
        assert_eq!(
            wait.while_sending(),
            Outcome::Later { after: SignedDuration::from_millis(1500), of: Extent::Platform }
        );
        let refused = Trouble::Refused("M_FORBIDDEN (403)".into());
        assert_eq!(refused.while_sending(), Outcome::Refused { reason: "M_FORBIDDEN (403)".into() });
    }
}
