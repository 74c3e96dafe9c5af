//! What an error of serenity means for what was tried: was it taken, will it ever be, when to try again.
//!
//! Nothing here carries Discord's own words: they may quote what people wrote.

use jiff::SignedDuration;
use serenity::Error;
use serenity::http::HttpError;

use crate::delivery::gateway::Lookup;
use crate::engine::parcel::{Extent, Outcome};

/// Why something did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// Discord asks to wait, and took nothing. serenity waits by itself, except where it is told not to.
    #[error("asked to wait")]
    Wait,
    /// No connection came about, so nothing was taken.
    #[error("Discord cannot be reached")]
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
    /// There is no such channel, or no more.
    #[error("no such channel")]
    Nowhere,
    /// It has been answered already.
    #[error("answered already")]
    Answered,
    /// The message has its thread already.
    #[error("has a thread already")]
    ThreadOpen,
    /// What it is about is not there any more.
    #[error("gone: {0}")]
    Gone(isize),
    /// The token is not good any more.
    #[error("the token is refused")]
    LoggedOut,
}

/// How long to wait where Discord said "too much" to something that has a limit of its own.
const LIMITED_WAIT: SignedDuration = SignedDuration::from_secs(2);
const UNREACHED_WAIT: SignedDuration = SignedDuration::from_secs(5);
const UNCLEAR_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// Discord's own numbers for what went wrong:
/// <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>
mod code {
    pub(super) const UNKNOWN_CHANNEL: isize = 10003;
    pub(super) const UNKNOWN_MEMBER: isize = 10007;
    pub(super) const UNKNOWN_MESSAGE: isize = 10008;
    pub(super) const UNKNOWN_USER: isize = 10013;
    pub(super) const UNKNOWN_WEBHOOK: isize = 10015;
    pub(super) const UNKNOWN_INTERACTION: isize = 10062;
    pub(super) const UNKNOWN_EVENT: isize = 10070;
    pub(super) const ALREADY_ACKNOWLEDGED: isize = 40060;
    pub(super) const MISSING_ACCESS: isize = 50001;
    pub(super) const CANNOT_MESSAGE: isize = 50007;
    pub(super) const MISSING_PERMISSIONS: isize = 50013;
    pub(super) const INVALID_WEBHOOK_TOKEN: isize = 50027;
    pub(super) const THREAD_EXISTS: isize = 160_004;
}

impl Trouble {
    /// The outcome if the message itself had been handed to Discord.
    pub(super) fn while_sending(self) -> Outcome {
        match self {
            Trouble::Unclear(reason) => Outcome::Unknown { reason },
            other => other.before_sending(),
        }
    }

    /// The outcome if nothing of the message had left yet.
    pub(super) fn before_sending(self) -> Outcome {
        match self {
            Trouble::Wait => Outcome::Later { after: LIMITED_WAIT, of: Extent::Route },
            Trouble::Unreached => Outcome::Later { after: UNREACHED_WAIT, of: Extent::Platform },
            Trouble::LoggedOut => Outcome::Later { after: UNCLEAR_WAIT, of: Extent::Platform },
            Trouble::Unclear(_) => Outcome::Later { after: UNCLEAR_WAIT, of: Extent::Route },
            Trouble::Refused(reason) => Outcome::Refused { reason },
            Trouble::Closed(reason) => Outcome::Closed { reason },
            Trouble::Nowhere => Outcome::Closed { reason: code::UNKNOWN_CHANNEL.to_string() },
            Trouble::Answered => Outcome::Refused { reason: code::ALREADY_ACKNOWLEDGED.to_string() },
            Trouble::ThreadOpen => Outcome::Refused { reason: code::THREAD_EXISTS.to_string() },
            Trouble::Gone(code) => Outcome::Refused { reason: code.to_string() },
        }
    }

    /// What it means for a look at the history: only a no from Discord makes it unreadable.
    pub(super) fn while_looking(self) -> Lookup {
        match self.before_sending() {
            Outcome::Later { after, of } => Lookup::Later { after, of },
            Outcome::Refused { reason } | Outcome::Closed { reason } => Lookup::Unreadable(reason),
            other => Lookup::Unreadable(format!("{other:?}")),
        }
    }

    fn of_answer(status: u16, code: isize) -> Trouble {
        match (status, code) {
            // The token of an interaction that is over, which is not the bot's own.
            (_, code::INVALID_WEBHOOK_TOKEN) => Trouble::Closed(code.to_string()),
            (_, code::ALREADY_ACKNOWLEDGED) => Trouble::Answered,
            (_, code::THREAD_EXISTS) => Trouble::ThreadOpen,
            (401, _) => Trouble::LoggedOut,
            (429, _) => Trouble::Wait,
            (404, code::UNKNOWN_CHANNEL) => Trouble::Nowhere,
            (408 | 500.., _) => Trouble::Unclear(status.to_string()),
            (
                _,
                code::UNKNOWN_USER
                | code::UNKNOWN_WEBHOOK
                | code::UNKNOWN_INTERACTION
                | code::MISSING_ACCESS
                | code::CANNOT_MESSAGE
                | code::MISSING_PERMISSIONS,
            ) => Trouble::Closed(code.to_string()),
            (_, code::UNKNOWN_MEMBER | code::UNKNOWN_MESSAGE | code::UNKNOWN_EVENT) => Trouble::Gone(code),
            _ => Trouble::Refused(format!("{status} ({code})")),
        }
    }
}

impl From<&Error> for Trouble {
    fn from(error: &Error) -> Self {
        match error {
            Error::Http(HttpError::UnsuccessfulRequest(answer)) => {
                Trouble::of_answer(answer.status_code.as_u16(), answer.error.code)
            }
            Error::Http(HttpError::Request(error)) if error.is_connect() => Trouble::Unreached,
            Error::Http(HttpError::Request(error)) if error.is_timeout() => Trouble::Unclear("timeout".into()),
            Error::Http(HttpError::Request(_)) => Trouble::Unclear("connection".into()),
            Error::Http(_) => Trouble::Unclear("unreadable answer".into()),
            // It was answered with a yes that serenity cannot read.
            Error::Json(_) => Trouble::Unclear("unreadable answer".into()),
            Error::Model(_) => Trouble::Refused("the SDK refuses it".into()),
            _ => Trouble::Unclear("the SDK".into()),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_have_been_taken_is_unknown() {
        for status in [408, 500, 502, 503] {
            let trouble = Trouble::of_answer(status, 0);
            assert_eq!(trouble.clone().while_sending(), Outcome::Unknown { reason: status.to_string() });
            assert!(matches!(trouble.before_sending(), Outcome::Later { .. }));
        }
        assert!(matches!(Trouble::Unreached.while_sending(), Outcome::Later { of: Extent::Platform, .. }));
        assert!(matches!(Trouble::of_answer(429, 0).while_sending(), Outcome::Later { of: Extent::Route, .. }));
        assert_eq!(Trouble::of_answer(403, 50007).while_sending(), Outcome::Closed { reason: "50007".into() });
        assert_eq!(Trouble::of_answer(400, 50035).while_sending(), Outcome::Refused { reason: "400 (50035)".into() });
        assert_eq!(Trouble::of_answer(404, 10003).while_sending(), Outcome::Closed { reason: "10003".into() });
        assert_eq!(Trouble::of_answer(404, 10008), Trouble::Gone(10008));
        assert_eq!(Trouble::of_answer(400, 40060), Trouble::Answered);
        assert_eq!(Trouble::of_answer(401, 0), Trouble::LoggedOut);
        assert_eq!(Trouble::of_answer(401, 50027), Trouble::Closed("50027".into()));
    }
}
