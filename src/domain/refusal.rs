//! The kind answers: everything a person can be told instead of what they asked for.
//!
//! A refusal is normal. It changes nothing, says what was wrong and shows the next step. It never says more about a thing
//! than the person may know: an ask they may not see is refused exactly like one that does not exist.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Why a written date was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenProblem {
    /// Nothing here could be read as a date.
    Unreadable,
    /// It reads as a date that the calendar does not have, such as 30 February.
    NoSuchDate,
    /// It is over already.
    Past,
    /// It can mean two days ("next Friday"): both, the nearer first.
    Ambiguous(Date, Date),
    /// It carries a zone or an offset of its own; times are read in the person's zone only.
    ForeignZone,
    /// It is more than five years away, most likely a slip.
    TooFar,
}
