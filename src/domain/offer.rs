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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_giver_takes_an_offer_back_and_only_once() {
        let (giver, other) = (MemberId(1), MemberId(2));
        let made_at = Timestamp::UNIX_EPOCH;
        let words = "two hours of bookkeeping".to_owned();
        let offer = Offer { id: OfferId(3), giver, words, kind: None, made_at, withdrawn_at: None };
        assert_eq!(offer.clone().withdraw(other, made_at), Err(Refusal::NotYourOffer(OfferId(3))));
        let gone = offer.clone().withdraw(giver, made_at).expect("it is theirs");
        assert_eq!(gone, Offer { withdrawn_at: Some(made_at), ..offer });
        for who in [giver, other] {
            assert_eq!(
                gone.clone().withdraw(who, made_at),
                Err(Refusal::NotFound(crate::domain::Ref::Offer(OfferId(3))))
            );
        }
    }
}
