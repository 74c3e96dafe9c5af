//! The signs that stand for a button where buttons have no words. Each means one thing in the message it is under; a
//! message about several things carries none.

use serde::{Deserialize, Serialize};

/// What pressing it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Sign {
    Pledge,
    Maybe,
    Done,
    NewDate,
    HandBack,
    Stop,
    Arrived,
    StillNeeded,
}

impl Sign {
    pub const ALL: [Sign; 8] = [
        Sign::Pledge,
        Sign::Maybe,
        Sign::Done,
        Sign::NewDate,
        Sign::HandBack,
        Sign::Stop,
        Sign::Arrived,
        Sign::StillNeeded,
    ];

    pub fn emoji(self) -> &'static str {
        match self {
            Sign::Pledge => "🙋",
            Sign::Maybe => "💭",
            Sign::Done | Sign::Arrived => "✅",
            Sign::NewDate => "📅",
            Sign::HandBack => "↩️",
            Sign::Stop => "🔕",
            Sign::StillNeeded => "❗",
        }
    }

    /// In effects, the same for ever.
    pub fn name(self) -> &'static str {
        match self {
            Sign::Pledge => "pledge",
            Sign::Maybe => "maybe",
            Sign::Done => "done",
            Sign::NewDate => "new_date",
            Sign::HandBack => "hand_back",
            Sign::Stop => "stop",
            Sign::Arrived => "arrived",
            Sign::StillNeeded => "still_needed",
        }
    }
}
