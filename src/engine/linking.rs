//! One person on several accounts: they are one member in every community of theirs.
//!
//! How it comes to that, and why nobody is joined by what somebody overheard, is in [`codes`]. From then on what belonged to
//! two members belongs to one: nothing is asked or promised twice or lost, the pledges' counts stay, and both accounts read
//! what is private to either. The member stays who acted last; what waits for either waits for both, and the budget of one
//! nudge message a day is one person's.
//!
//! An account that leaves again begins anew. What was asked and promised stays with the accounts that are left, whichever
//! of them it was said from: so whoever finds a stranger's account joined to theirs puts that one out, and keeps everything.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::case::{Answered, Case, Stop, to_json};
use super::codes::{self, Joins, Open};
use super::parcel::Destination;
use super::people::move_nudges;
use super::places::take_back;
use super::speaker::Speaker;
use crate::domain::calendar::{QuietHours, Waking};
use crate::domain::community::{Account, Convening, Member};
use crate::domain::{CommunityId, MemberId, Refusal};
use crate::speech::message::{AccountLine, Message, Words};
use crate::store::linking::{self, Membership};
use crate::store::outbox::{self, Onward, Settled, UnsaidNudge};
use crate::store::timers::{self, Due, Timer};
use crate::store::{Fault, held, people};

/// Gives a code, takes the first code of another account, or joins two accounts by the second.
pub(super) async fn link(case: &mut Case<'_>, speaker: &Speaker, code: Option<&str>) -> Result<Answered, Stop> {
    let here = &speaker.account;
    let Some(code) = code else {
        let code = codes::give(case, here, Joins::Accounts);
        return Ok(Answered::private(Message::LinkCode { code }, []));
    };
    let open = codes::said(case, here, Joins::Accounts, code).await?;
    match (&open.other, open.by == *here) {
        (Some(other), true) => join(case, speaker, &open, other).await,
        (None, false) => ask_back(case, speaker, &open).await,
        // Said where it was shown: it is for the other account.
        (None, true) => Err(Refusal::CodeForOtherAccount.into()),
        (Some(other), false) if other == here => Err(Refusal::CodeForOtherAccount.into()),
        (Some(_), false) => Err(Refusal::NoSuchCode.into()),
    }
}

/// The first code was said by another account: each side hears who the other is, and this one holds the second code.
async fn ask_back(case: &mut Case<'_>, speaker: &Speaker, open: &Open) -> Result<Answered, Stop> {
    let here = &speaker.account;
    if people::linked(case.conn, &open.by).await?.contains(here) {
        return Err(Refusal::AlreadyLinked.into());
    }
    let first = people::of_account(case.conn, open.community, &open.by).await?.ok_or(Refusal::NoSuchCode)?;
    let code = codes::answer(case, open, here, None);
    let asked = Message::LinkAsked { by: line(here, Some(&speaker.person.member.name)) };
    codes::tell(case, open.community, first.member.id, &open.by, asked)?;
    let first = line(&open.by, Some(&first.member.name));
    Ok(Answered::private(Message::LinkAnswered { code, first }, []))
}

/// The second code was said where the first was given: both accounts are one person's.
async fn join(case: &mut Case<'_>, speaker: &Speaker, open: &Open, other: &Account) -> Result<Answered, Stop> {
    let here = &speaker.account;
    let theirs = by_community(linking::memberships(case.conn, other).await?);
    let Some(known) = theirs.values().next() else { return Err(Refusal::NoSuchCode.into()) };
    let name = people::person(case.conn, known.member).await?.map(|person| person.member.name);
    let mut ours = by_community(linking::memberships(case.conn, here).await?);
    // They speak just now, perhaps for the first time in this community.
    let (community, member) = (case.here().id, speaker.person.member.id);
    ours.insert(community, Membership { community, member, acted_at: i64::MAX });
    if ours.iter().any(|(id, one)| theirs.get(id).is_some_and(|same| same.member == one.member)) {
        return Err(Refusal::AlreadyLinked.into());
    }
    let too_many = too_many_nudges(case, speaker, &ours, &theirs).await?;
    let our_accounts = with(here, people::linked(case.conn, here).await?);
    let their_accounts = with(other, people::linked(case.conn, other).await?);
    let mut now_one = BTreeMap::new();
    let communities = ours.keys().chain(theirs.keys()).copied().collect::<std::collections::BTreeSet<_>>();
    for community in communities {
        let (stays, goes) = match (ours.get(&community), theirs.get(&community)) {
            (Some(our), Some(their)) if our.acted_at >= their.acted_at => (our, Some(their)),
            (Some(our), Some(their)) => (their, Some(our)),
            (Some(only), None) | (None, Some(only)) => (only, None),
            (None, None) => continue,
        };
        let new = if ours.contains_key(&community) { &their_accounts } else { &our_accounts };
        let one = match goes {
            Some(goes) => Some(make_one(case, speaker, stays, goes).await?),
            None => {
                new.iter().for_each(|account| {
                    people::new_account(&mut case.script, community, stays.member, account, None, 0);
                });
                member_of(case, speaker, stays).await?
            }
        };
        now_one.extend(one.map(|one| (community, one)));
    }
    for row in too_many {
        let helper = now_one.get(&CommunityId(row.community_id));
        take_back(case.conn, &mut case.script, &row, helper, case.now).await?;
    }
    codes::close(case, open);
    let told = Message::Linked { with: line(here, Some(&speaker.person.member.name)) };
    codes::tell(case, community, member_in(&now_one, community, member), other, told)?;
    Ok(Answered::private(Message::Linked { with: line(other, name.as_deref()) }, []))
}

fn by_community(all: Vec<Membership>) -> BTreeMap<CommunityId, Membership> {
    all.into_iter().map(|one| (one.community, one)).collect()
}

fn with(first: &Account, mut others: Vec<Account>) -> Vec<Account> {
    others.insert(0, first.clone());
    others
}

fn member_in(now_one: &BTreeMap<CommunityId, Member>, community: CommunityId, otherwise: MemberId) -> MemberId {
    now_one.get(&community).map_or(otherwise, |member| member.id)
}

/// A member as they are; whoever just joined is not in the database yet.
async fn member_of(case: &mut Case<'_>, speaker: &Speaker, of: &Membership) -> Result<Option<Member>, Fault> {
    if of.member == speaker.person.member.id {
        return Ok(Some(speaker.person.member.clone()));
    }
    Ok(people::person(case.conn, of.member).await?.map(|person| person.member))
}

/// Two members of one community are one from now on.
async fn make_one(
    case: &mut Case<'_>,
    speaker: &Speaker,
    stays: &Membership,
    goes: &Membership,
) -> Result<Member, Stop> {
    let gone = || Fault::Decode("an account of a member who is not there".into());
    let stays = member_of(case, speaker, stays).await?.ok_or_else(gone)?;
    let goes_as = member_of(case, speaker, goes).await?.ok_or_else(gone)?;
    let community = goes.community;
    let stored = people::community(case.conn, community).await?.ok_or_else(gone)?;
    let places = people::places(case.conn, community).await?;
    let (script, joined) = (std::mem::take(&mut case.script), Vec::new());
    let (conn, keys, now, event) = (&mut *case.conn, &mut *case.keys, case.now, case.event);
    let mut there = Case { conn, keys, now, event, community: stored, places, script, joined };
    let one = stays.clone().one_with(&goes_as, there.here());
    people::change_member(&mut there.script, &stays, &one);
    if one.convening == Some(Convening::Appointed) {
        people::set_appointed(&mut there.script, one.id, true);
    }
    if one.waking != stays.waking {
        move_nudges(&mut there, &stays, &one).await?;
    }
    move_nudges(&mut there, &goes_as, &one).await?;
    linking::make_one(&mut there.script, one.id, goes_as.id);
    let mut held = held::of(there.conn, one.id).await?;
    held.extend(held::of(there.conn, goes_as.id).await?);
    if !held.is_empty() {
        let at = one.waking.now_or_next_morning(now);
        let timer = Timer { community, due: Due::Notices, number: 0, member: Some(one.id), at };
        timers::arm(&mut there.script, timer, &one.waking.zone);
    }
    case.script = there.script;
    Ok(one)
}

/// Two people may each have a nudge message on its way today; one person may not. Those that nobody has seen yet and that
/// have to wait for another day.
async fn too_many_nudges(
    case: &mut Case<'_>,
    speaker: &Speaker,
    ours: &BTreeMap<CommunityId, Membership>,
    theirs: &BTreeMap<CommunityId, Membership>,
) -> Result<Vec<UnsaidNudge>, Fault> {
    let waking = &speaker.person.member.waking;
    let (our, their) = (Nudged::of(case, waking, ours).await?, Nudged::of(case, waking, theirs).await?);
    Ok(match (our.today, their.today) {
        (true, _) if !their.unsaid.is_empty() => their.unsaid,
        (_, true) => our.unsaid,
        _ => Vec::new(),
    })
}

/// How far somebody has had their nudge message of the day.
#[derive(Default)]
struct Nudged {
    /// They had it, or it is on its way.
    today: bool,
    unsaid: Vec<UnsaidNudge>,
}

impl Nudged {
    async fn of(
        case: &mut Case<'_>,
        waking: &Waking,
        as_members: &BTreeMap<CommunityId, Membership>,
    ) -> Result<Nudged, Fault> {
        let (mut nudged, today) = (Nudged::default(), waking.zone.date(case.now));
        for Membership { member, .. } in as_members.values() {
            let last = people::last_nudged(case.conn, *member).await?;
            let last = last.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            nudged.today |= last.is_some_and(|at| waking.zone.date(at) >= today);
            nudged.today |= outbox::nudge_waits(case.conn, *member).await?;
            nudged.unsaid.extend(outbox::unsaid_nudges(case.conn, *member).await?);
        }
        Ok(nudged)
    }
}

/// Takes an account out of the member it belongs to: the one that speaks, or another one that is named.
pub(super) async fn unlink(case: &mut Case<'_>, speaker: &Speaker, which: Option<&str>) -> Result<Answered, Stop> {
    let here = &speaker.account;
    let others = people::linked(case.conn, here).await?;
    if others.is_empty() {
        return Err(Refusal::OnlyAccount.into());
    }
    let all = with(here, others);
    let goes = match which {
        None => here,
        Some(said) => named(said, &all)?,
    };
    let stay: Vec<&Account> = all.iter().filter(|account| *account != goes).collect();
    for Membership { community, member, .. } in linking::memberships(case.conn, goes).await? {
        let next = people::accounts_of(case.conn, member).await?.into_iter().find(|account| account != goes);
        let Some(next) = next else { continue };
        for row in outbox::unsaid_to(case.conn, member, goes).await? {
            let (id, platform) = (case.keys.outbox(), next.platform);
            let destination = to_json(&Destination::Person(next.clone()))?;
            outbox::send_on(
                &mut case.script,
                row,
                Onward { id, platform, destination: &destination, place: None },
                Settled::Cancelled,
                case.now,
            );
        }
        let speaks_here = goes == here && community == case.here().id;
        if speaks_here || linking::has_acted(case.conn, community, goes).await? {
            let anew = begin_anew(case, community, member).await?;
            linking::hand_over(&mut case.script, community, goes, anew);
            linking::call_after_an_account(&mut case.script, anew);
        } else {
            linking::leave(&mut case.script, community, goes);
        }
        linking::call_after_an_account(&mut case.script, member);
    }
    codes::forget_of(&mut case.script, goes);
    let lines = stay.iter().map(|account| line(account, None)).collect();
    if goes == here {
        return Ok(Answered::private(Message::Unlinked { stay: lines }, []));
    }
    let (community, member) = (case.here().id, speaker.person.member.id);
    codes::tell(case, community, member, goes, Message::UnlinkedBy { by: line(here, None) })?;
    Ok(Answered::private(Message::UnlinkedOther { gone: line(goes, None) }, []))
}

/// An account that left is a new member, who has chosen nothing yet.
async fn begin_anew(case: &mut Case<'_>, community: CommunityId, was: MemberId) -> Result<MemberId, Stop> {
    let gone = || Fault::Decode("an account of a member who is not there".into());
    let was = people::person(case.conn, was).await?.ok_or_else(gone)?.member;
    let waking = Waking { quiet: QuietHours::default(), away_until: None, ..was.waking };
    let anew = Member { id: case.keys.member(), waking, convening: None, notices: true, ..was };
    people::new_member(&mut case.script, community, &anew, None, case.now);
    Ok(anew.id)
}

/// The account somebody means, by its platform's name or its own.
fn named<'a>(said: &str, all: &'a [Account]) -> Result<&'a Account, Refusal> {
    let bare = said.trim().trim_start_matches('@');
    let by_id = |a: &&Account| a.id.trim_start_matches('@').eq_ignore_ascii_case(bare);
    let by_platform = |a: &&Account| a.platform.name().eq_ignore_ascii_case(bare);
    let meant: Vec<&Account> = match all.iter().filter(by_id).collect::<Vec<_>>() {
        found if found.is_empty() => all.iter().filter(by_platform).collect(),
        found => found,
    };
    match meant.as_slice() {
        [only] => Ok(only),
        _ => Err(Refusal::WhichAccount(all.iter().map(|account| account.id.clone()).collect())),
    }
}

/// An account as its owner knows it.
pub(super) fn line(account: &Account, name: Option<&str>) -> AccountLine {
    AccountLine { platform: account.platform, id: account.id.as_str().into(), name: name.map(Words::from) }
}

/// All accounts of the person who speaks, if there are several.
pub(super) async fn accounts(case: &mut Case<'_>, speaker: &Speaker) -> Result<Vec<AccountLine>, Fault> {
    let all = people::accounts_of(case.conn, speaker.person.member.id).await?;
    Ok(if all.len() > 1 { all.iter().map(|account| line(account, None)).collect() } else { Vec::new() })
}
