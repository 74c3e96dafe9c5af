//! An offer: a standing gift that is not tied to an ask. Nobody is nudged about one.

use jiff::Timestamp;

use super::ask::KindOfHelp;
use super::ids::{MemberId, OfferId};
use super::refusal::Refusal;

/// A standing gift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    pub giver: MemberId,
    pub words: String,
    pub kind: Option<KindOfHelp>,
    pub made_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

impl Offer {
    /// Takes the offer back.
    ///
    /// # Errors
    /// Only its giver may; a withdrawn offer is not found any more.
    pub fn withdraw(self, who: MemberId, now: Timestamp) -> Result<Offer, Refusal> {
        if self.withdrawn_at.is_some() {
            return Err(Refusal::NotFound(super::Ref::Offer(self.id)));
        }
        if self.giver != who {
            return Err(Refusal::NotYourOffer(self.id));
        }
        Ok(Offer { withdrawn_at: Some(now), ..self })
    }
}
