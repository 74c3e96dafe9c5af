//! What people look up: needs, offers, their own things, the care list. Nothing here changes anything.

use std::collections::HashMap;

use sqlx::sqlite::SqliteConnection;

use super::case::{Answered, Case, Stop};
use super::speaker::Speaker;
use super::view;
use crate::domain::ask::{AskState, KindOfHelp, Standing, Tally, Viewer};
use crate::domain::offer::Offer;
use crate::domain::pledge::{Pledge, PledgeState};
use crate::domain::{AskId, CommunityId, MemberId, PledgeId};
use crate::speech::message::{AskLine, CareLine, Message, OfferLine, WaitingLine};
use crate::store::rows::StoredAsk;
use crate::store::{Fault, lists, people};

/// The most lines one list shows; it says how many more there are.
const MOST_LINES: usize = 20;

/// A community's asks and pledges with the names of its people: what every list is cut from.
pub(super) struct Board {
    pub(super) asks: Vec<StoredAsk>,
    pub(super) pledges: Vec<Pledge>,
    names: HashMap<MemberId, String>,
}

impl Board {
    pub(super) async fn load(conn: &mut SqliteConnection, community: CommunityId) -> Result<Board, Fault> {
        Ok(Board {
            asks: lists::asks(conn, community).await?,
            pledges: lists::pledges(conn, community).await?.into_iter().map(|p| p.pledge).collect(),
            names: lists::names(conn, community).await?,
        })
    }

    fn tally(&self, ask: &StoredAsk) -> Tally {
        Tally::of(ask.ask.need, self.pledges.iter().filter(|p| p.ask == ask.ask.id))
    }

    pub(super) fn standing(&self, ask: &StoredAsk) -> Standing {
        ask.ask.standing(self.tally(ask))
    }

    fn name(&self, id: MemberId) -> &str {
        self.names.get(&id).map(String::as_str).unwrap_or_default()
    }

    fn line(&self, ask: &StoredAsk, viewer: Viewer) -> AskLine {
        view::ask_line(ask, self.tally(ask), viewer, Some(self.name(ask.ask.asker)))
    }
}

fn more(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(MOST_LINES)).unwrap_or(u32::MAX)
}

/// What still looks for help, as far as this person may see it.
pub(super) async fn needs(case: &mut Case<'_>, speaker: &Speaker, kind: Option<KindOfHelp>) -> Result<Answered, Stop> {
    let board = Board::load(case.conn, case.here().id).await?;
    let member = &speaker.person.member;
    let invited = lists::invitations(case.conn, case.here().id, member.id).await?;
    let mut lines = Vec::new();
    for ask in &board.asks {
        let viewer = Viewer { member: member.id, role: member.role(), invited: invited.contains(&ask.ask.id) };
        let wanted = kind.is_none() || ask.ask.kind == kind;
        if wanted && ask.ask.seen_by(viewer) && board.standing(ask) == Standing::Open {
            lines.push(board.line(ask, viewer));
        }
    }
    let more = more(lines.len());
    lines.truncate(MOST_LINES);
    let refs: Vec<_> = lines.iter().map(|l| l.ask.into()).collect();
    Ok(Answered::private(Message::Needs { lines, more }, refs))
}

fn offer_line(offer: Offer, names: &HashMap<MemberId, String>) -> OfferLine {
    let giver = names.get(&offer.giver).map(String::as_str).unwrap_or_default().into();
    OfferLine { offer: offer.id, words: offer.words.into(), kind: offer.kind, giver }
}

pub(super) async fn offers(case: &mut Case<'_>, kind: Option<KindOfHelp>) -> Result<Answered, Stop> {
    let community = case.here().id;
    let names = lists::names(case.conn, community).await?;
    let mut offers = lists::offers(case.conn, community).await?;
    offers.retain(|offer| kind.is_none() || offer.kind == kind);
    let more = more(offers.len());
    let lines = offers.into_iter().take(MOST_LINES).map(|o| offer_line(o, &names)).collect();
    Ok(Answered::private(Message::Offers { lines, more }, []))
}

/// What somebody has open: asks, pledges, maybes, offers.
pub(super) async fn mine(case: &mut Case<'_>, speaker: &Speaker) -> Result<Answered, Stop> {
    let board = Board::load(case.conn, case.here().id).await?;
    let member = &speaker.person.member;
    let viewer = Viewer { member: member.id, role: member.role(), invited: false };
    let community = case.here().id;
    let open = |ask: &&StoredAsk| matches!(board.standing(ask), Standing::Open | Standing::InHand);
    let asks: Vec<AskLine> = board
        .asks
        .iter()
        .filter(|ask| ask.ask.asker == member.id)
        .filter(open)
        .map(|ask| board.line(ask, viewer))
        .collect();
    let live = |p: &&Pledge| matches!(p.state, PledgeState::Open { .. } | PledgeState::Done { .. });
    let pledges: Vec<_> =
        board.pledges.iter().filter(|p| p.helper == member.id).filter(live).map(view::pledge_line).collect();
    let offers = lists::offers(case.conn, community).await?;
    let offers = offers.into_iter().filter(|o| o.giver == member.id).map(|o| offer_line(o, &board.names)).collect();
    let maybes = lists::maybes(case.conn, community, member.id).await?;
    let refs: Vec<_> = asks.iter().map(|a| a.ask.into()).chain(pledges.iter().map(|p| p.pledge.into())).collect();
    Ok(Answered::private(Message::Mine { asks, pledges, maybes, offers }, refs))
}

/// What a convener may want to look at: pledges nobody answered about, asks that wait, people away.
pub(super) async fn care(case: &mut Case<'_>) -> Result<Answered, Stop> {
    let board = Board::load(case.conn, case.here().id).await?;
    let community = case.here().id;
    let unanswered: Vec<CareLine> = lists::unanswered(case.conn, community)
        .await?
        .into_iter()
        .map(|p| CareLine {
            pledge: p.pledge.id,
            ask: p.pledge.ask,
            helper: board.name(p.pledge.helper).into(),
            due: p.pledge.due,
        })
        .collect();
    let zone = case.here().zone.clone();
    let today = zone.date(case.now);
    let mut waiting = Vec::new();
    for ask in &board.asks {
        let days = zone.date(ask.ask.made_at).until(today).map_or(0, |span| span.get_days());
        let helpless = board.tally(ask).covered() == 0 && ask.ask.state == AskState::Open;
        if helpless && days >= WAITING_DAYS {
            waiting.push(WaitingLine {
                ask: ask.ask.id,
                words: ask.ask.words.as_str().into(),
                asker: board.name(ask.ask.asker).into(),
                days: u32::try_from(days).unwrap_or_default(),
            });
        }
    }
    // Longest first: the older one is further past the second look, at seven days.
    waiting.sort_by_key(|line| std::cmp::Reverse(line.days));
    let away = people::away_on(case.conn, community, today).await?.into_iter().map(Into::into).collect();
    let undelivered = lists::undelivered(case.conn, community).await?;
    let refs: Vec<_> = unanswered.iter().map(|l| l.pledge.into()).chain(waiting.iter().map(|l| l.ask.into())).collect();
    Ok(Answered::private(Message::Care { unanswered, waiting, away, undelivered }, refs))
}

/// An ask without any pledge is on the care list from its third day.
const WAITING_DAYS: i32 = 3;

/// The totals of a community, by standing.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    pub asks: Vec<(AskId, Standing)>,
    pub kept: Vec<PledgeId>,
    /// Open or done and not confirmed yet.
    pub open: Vec<PledgeId>,
    pub handed_back: Vec<PledgeId>,
    pub released: Vec<PledgeId>,
    pub thanks: u32,
}

/// Adds up a whole community.
pub(super) async fn report(conn: &mut SqliteConnection, community: CommunityId) -> Result<Report, Fault> {
    let asks = lists::asks(conn, community).await?;
    let pledges: Vec<Pledge> = lists::pledges(conn, community).await?.into_iter().map(|p| p.pledge).collect();
    let mut report = Report { thanks: lists::thanks_count(conn, community).await?, ..Report::default() };
    for stored in &asks {
        let tally = Tally::of(stored.ask.need, pledges.iter().filter(|p| p.ask == stored.ask.id));
        report.asks.push((stored.ask.id, stored.ask.standing(tally)));
    }
    for pledge in &pledges {
        match pledge.state {
            PledgeState::Kept { .. } => report.kept.push(pledge.id),
            PledgeState::Open { .. } | PledgeState::Done { .. } => report.open.push(pledge.id),
            PledgeState::HandedBack { .. } => report.handed_back.push(pledge.id),
            PledgeState::Released { .. } => report.released.push(pledge.id),
        }
    }
    Ok(report)
}
