//! What may be completed while somebody fills in a field: ids of what they may see and could do that with, dates as the
//! bot reads them, zones, and their communities. It changes nothing, begins nothing, and names nothing that a list of the
//! same person's would not (DESIGN.md, promise 7).

use sqlx::sqlite::SqliteConnection;

use super::answering::reading_zone;
use super::inbound::Place;
use super::listing::Board;
use super::speaker::How;
use super::{Defaults, whereabouts};
use crate::domain::ask::{Standing, Viewer};
use crate::domain::calendar::When;
use crate::domain::community::{Account, Language, Member, Role};
use crate::domain::pledge::{Pledge, PledgeState};
use crate::domain::{CommunityId, Due, MemberId, Zone};
use crate::grammar::Spec;
use crate::grammar::specs::{IN, Takes, Target, Verb};
use crate::grammar::when;
use crate::speech::message::{Choice, Voice};
use crate::store::rows::StoredAsk;
use crate::store::scope::{self, Scope};
use crate::store::{Fault, gatherings, lists};

/// What somebody is just filling in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    pub from: Account,
    pub place: Place,
    /// The language of their app, for whoever is not known yet.
    pub language: Option<Language>,
    pub spec: &'static Spec,
    /// The field's name: an option's, or what the command points at.
    pub field: String,
    /// What is in it so far.
    pub typed: String,
    /// The community they have named already (`in`), if they have.
    pub community: Option<String>,
}

/// What they may choose from, best first, and in whose words. The number of each is at most [`MOST`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    pub voice: Voice,
    pub choices: Vec<Suggestion>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What the field then holds.
    pub value: String,
    pub choice: Choice,
}

/// The most that are offered: more than fits on a screen helps nobody, and Discord takes no more.
pub const MOST: usize = 25;

/// What people most often mean, offered before anything is typed.
const USUAL_DATES: [&str; 5] = ["tomorrow", "friday", "saturday", "sunday", "in 2 weeks"];
const USUAL_ZONES: [&str; 8] = [
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "Europe/London",
    "Europe/Madrid",
    "UTC",
];

/// What suggesting needs.
pub(super) struct Suggesting<'a> {
    pub conn: &'a mut SqliteConnection,
    pub defaults: &'a Defaults,
    pub now: jiff::Timestamp,
}

impl Suggesting<'_> {
    /// What may be chosen. Where nothing is known of the person or the place, only what is the same for everybody.
    pub(super) async fn suggest(mut self, asking: &Asking) -> Result<Suggested, Fault> {
        let scope = self.scope(asking).await?;
        let (language, zone) = match &scope {
            Some(Scope { person: Some(person), community, .. }) => {
                let own = &person.member.waking.zone;
                (person.member.language, reading_zone(asking.spec.verb, &community.community, own).clone())
            }
            Some(scope) => {
                let here = &scope.community.community;
                (asking.language.unwrap_or(here.language), here.zone.clone())
            }
            None => (asking.language.unwrap_or(self.defaults.language), self.defaults.zone.clone()),
        };
        let option = asking.spec.options.iter().chain([&IN]).find(|option| option.name == asking.field);
        let choices = match option.map(|option| option.takes) {
            Some(Takes::When | Takes::DayOrOff) => self.dates(asking, &zone),
            Some(Takes::Zone) => zones(&asking.typed),
            Some(Takes::Community) => self.communities(asking).await?,
            Some(_) => Vec::new(),
            None => match scope {
                Some(scope) => self.things(asking, &scope).await?,
                None => Vec::new(),
            },
        };
        Ok(Suggested { voice: Voice { language, zone, now: self.now }, choices })
    }

    /// Where they are, if that is a community already, alone with the bot the one that their command would mean; and who they are there, if anybody.
    async fn scope(&mut self, asking: &Asking) -> Result<Option<Scope>, Fault> {
        let (from, conn) = (&asking.from, &mut *self.conn);
        match &asking.place {
            Place::Public { id, server, .. } => scope::in_public(conn, from, id, server.as_deref(), None).await,
            Place::Direct { shared, .. } => {
                let candidates = scope::candidates(conn, from, shared).await?;
                // Where it is not clear which one is meant, the command will be asked, and nothing is offered for it.
                match whereabouts::among(&candidates, asking.community.as_deref(), How::Typed) {
                    Ok(meant) => scope::in_community(conn, from, meant, None).await,
                    Err(_) => Ok(None),
                }
            }
        }
    }

    /// The date as it is read now; the usual ones as long as nothing is typed.
    fn dates(&self, asking: &Asking, zone: &Zone) -> Vec<Suggestion> {
        let typed = asking.typed.trim();
        let read = |text: &str| {
            let due = when::parse_when(text, self.now, zone).ok()?;
            // A date that is chosen says what was shown, whenever the command arrives.
            let value = match &due {
                Due::Day(date) => date.to_string(),
                Due::Minute(civil) => civil.strftime("%Y-%m-%d %H:%M").to_string(),
            };
            Some(Suggestion { value, choice: Choice::When(When::new(due, zone.clone())) })
        };
        match typed.is_empty() {
            true => USUAL_DATES.iter().filter_map(|usual| read(usual)).collect(),
            false => read(typed).into_iter().collect(),
        }
    }

    async fn communities(&mut self, asking: &Asking) -> Result<Vec<Suggestion>, Fault> {
        let Place::Direct { shared, .. } = &asking.place else { return Ok(Vec::new()) };
        let known = scope::candidates(self.conn, &asking.from, shared).await?;
        Ok(named(known.into_iter().map(|candidate| candidate.slug), &asking.typed))
    }

    /// Asks, pledges, offers or gatherings that they may see and could do this with.
    async fn things(&mut self, asking: &Asking, scope: &Scope) -> Result<Vec<Suggestion>, Fault> {
        let community = scope.community.community.id;
        if asking.spec.target == Target::Gathering {
            return self.gatherings(community, &asking.typed).await;
        }
        let Some(person) = &scope.person else { return self.for_strangers(asking, community).await };
        let member = &person.member;
        let board = Board::load(self.conn, community).await?;
        let invited = lists::invitations(self.conn, community, member.id).await?;
        let mut choices = Vec::new();
        for stored in board.asks.iter().rev() {
            let viewer = Viewer { member: member.id, role: member.role(), invited: invited.contains(&stored.ask.id) };
            if stored.ask.seen_by(viewer) && wants_ask(asking.spec.verb, stored, board.standing(stored), member) {
                choices.push(ask(stored));
            }
            // A pledge is shown to its own two people.
            let own = board.pledges.iter().filter(|pledge| pledge.ask == stored.ask.id);
            let own = own.filter(|pledge| wants_pledge(asking.spec.verb, pledge, stored, member));
            choices.extend(own.map(|pledge| Suggestion {
                value: pledge.id.to_string(),
                choice: Choice::Pledge { pledge: pledge.id, ask: pledge.ask, what: pledge.what.as_str().into() },
            }));
        }
        if asking.spec.verb == Verb::Withdraw {
            let offers = lists::offers(self.conn, community).await?;
            let own = offers.into_iter().filter(|offer| offer.giver == member.id);
            choices.extend(own.map(|offer| Suggestion {
                value: offer.id.to_string(),
                choice: Choice::Offer { offer: offer.id, words: offer.words.into() },
            }));
        }
        Ok(matching(choices, &asking.typed))
    }

    /// Whoever has not acted here yet sees what everybody sees.
    async fn for_strangers(&mut self, asking: &Asking, community: CommunityId) -> Result<Vec<Suggestion>, Fault> {
        if !matches!(asking.spec.verb, Verb::Pledge | Verb::Maybe) {
            return Ok(Vec::new());
        }
        let board = Board::load(self.conn, community).await?;
        let everybody = Viewer { member: MemberId(0), role: Role::Member, invited: false };
        let open = board.asks.iter().rev().filter(|stored| stored.ask.seen_by(everybody));
        let open = open.filter(|stored| board.standing(stored) == Standing::Open);
        Ok(matching(open.map(ask).collect(), &asking.typed))
    }

    async fn gatherings(&mut self, community: CommunityId, typed: &str) -> Result<Vec<Suggestion>, Fault> {
        let ahead = gatherings::from(self.conn, community, self.now).await?;
        let choices = ahead.into_iter().map(|stored| {
            let when = When::new(Due::Minute(stored.gathering.starts), stored.gathering.zone);
            let id = stored.gathering.id;
            Suggestion { value: id.to_string(), choice: Choice::Gathering { gathering: id, when } }
        });
        Ok(matching(choices.collect(), typed))
    }
}

fn ask(stored: &StoredAsk) -> Suggestion {
    let ask = &stored.ask;
    let (value, words) = (ask.id.to_string(), ask.words.as_str().into());
    Suggestion { value, choice: Choice::Ask { ask: ask.id, words } }
}

/// Could somebody who may see it do this with the ask?
fn wants_ask(verb: Verb, stored: &StoredAsk, standing: Standing, member: &Member) -> bool {
    let (is_own, is_open) = (stored.ask.asker == member.id, standing == Standing::Open);
    match verb {
        Verb::Pledge | Verb::Maybe => is_open && !is_own,
        Verb::Edit | Verb::Withdraw | Verb::Invite | Verb::StillNeeded => {
            is_own && matches!(standing, Standing::Open | Standing::InHand)
        }
        _ => false,
    }
}

/// Could this person do this with the pledge?
fn wants_pledge(verb: Verb, pledge: &Pledge, ask: &StoredAsk, member: &Member) -> bool {
    let (is_helper, is_asker) = (pledge.helper == member.id, ask.ask.asker == member.id);
    match verb {
        Verb::Done | Verb::Adjust | Verb::HandBack | Verb::Withdraw => is_helper && pledge.is_open(),
        Verb::Confirm | Verb::StillNeeded => is_asker && matches!(pledge.state, PledgeState::Done { .. }),
        Verb::Thanks => is_asker && matches!(pledge.state, PledgeState::Done { .. } | PledgeState::Kept { .. }),
        _ => false,
    }
}

fn named(names: impl Iterator<Item = String>, typed: &str) -> Vec<Suggestion> {
    matching(names.map(|name| Suggestion { value: name.clone(), choice: Choice::Named(name) }).collect(), typed)
}

/// Zones whose name holds what was typed, blanks read as the underscores that nobody types; the usual ones before that.
fn zones(typed: &str) -> Vec<Suggestion> {
    if typed.trim().is_empty() {
        return named(USUAL_ZONES.iter().map(|name| (*name).to_owned()), "");
    }
    named(Zone::names(), &typed.trim().replace(' ', "_"))
}

/// Those whose id or words hold what was typed; whose id begins with it come first.
fn matching(mut choices: Vec<Suggestion>, typed: &str) -> Vec<Suggestion> {
    let typed = typed.trim().to_lowercase();
    let begins = |suggestion: &Suggestion| suggestion.value.to_lowercase().starts_with(&typed);
    choices.retain(|suggestion| begins(suggestion) || suggestion.choice.words().to_lowercase().contains(&typed));
    choices.sort_by_key(|suggestion| !begins(suggestion));
    choices.truncate(MOST);
    choices
}
