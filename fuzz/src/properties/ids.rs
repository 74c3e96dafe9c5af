//! The short names of things, and the names of zones, languages and kinds of help. The input is the text.

use barnraiser::domain::ask::{KindOfHelp, Visibility};
use barnraiser::domain::community::Language;
use barnraiser::domain::{AskId, GatheringId, OfferId, PledgeId, Ref, Zone};

pub fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = text.parse::<Ref>();
    // It is one thing or none, and the kinds agree about it.
    let kinds = [
        text.parse().map(Ref::Ask as fn(AskId) -> Ref),
        text.parse().map(Ref::Pledge as fn(PledgeId) -> Ref),
        text.parse().map(Ref::Offer as fn(OfferId) -> Ref),
        text.parse().map(Ref::Gathering as fn(GatheringId) -> Ref),
    ];
    assert_eq!(kinds.iter().flatten().collect::<Vec<_>>(), found.iter().collect::<Vec<_>>());
    if let Ok(id) = found {
        let shown = id.to_string();
        assert!(shown.is_ascii() && (2..=8).contains(&shown.len()), "{shown}");
        assert!(!shown[1..].starts_with('0'));
        for same in [shown.clone(), shown.to_lowercase(), format!("#{shown}")] {
            assert_eq!(same.parse(), Ok(id));
        }
        let kept = serde_json::to_string(&id).expect("rows keep it");
        assert_eq!(serde_json::from_str::<Ref>(&kept).expect("and read it"), id);
    }
    if let Ok(zone) = text.parse::<Zone>() {
        assert!(text.eq_ignore_ascii_case(zone.name()) || !zone.name().is_empty());
        assert_eq!(zone.name().parse::<Zone>().as_ref(), Ok(&zone));
    }
    if let Ok(kind) = text.parse::<KindOfHelp>() {
        assert_eq!(kind.name().parse::<KindOfHelp>().ok(), Some(kind));
    }
    if let Ok(visibility) = text.parse::<Visibility>() {
        assert_eq!(visibility.name().parse::<Visibility>().ok(), Some(visibility));
    }
    if let Ok(language) = text.parse::<Language>() {
        assert_eq!(language.tag().parse::<Language>().ok(), Some(language));
    }
}
