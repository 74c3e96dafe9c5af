//! A console's life: who speaks, what the clock shows, and what happens on the way when it moves.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::{SignedDuration, SpanFieldwise, Timestamp};

use super::gateway::ConsoleGateway;
use super::line::{self, Line};
use super::show::{PREFIX, Shown, Stage};
use crate::delivery::courier::{Courier, Step};
use crate::domain::Zone;
use crate::domain::community::{Account, Platform};
use crate::engine::CannotOpen;
use crate::engine::clock::{Clock, Ids, ManualClock, ShiftedClock, SystemClock};
use crate::engine::inbound::{Answer, Audience, Body, Inbound, Named, Place};
use crate::engine::{Defaults, Engine, Heard, Running, Stopped};
use crate::grammar::specs::Takes;
use crate::grammar::text;
use crate::speech::copy;

/// The console's clock: it stands still in a script, and runs, moved, for people.
pub enum ConsoleClock {
    Still(ManualClock),
    Running(ShiftedClock),
}

impl ConsoleClock {
    fn set(&self, to: Timestamp) {
        match self {
            ConsoleClock::Still(clock) => clock.set(to),
            ConsoleClock::Running(clock) => clock.set(to),
        }
    }
}

impl Clock for ConsoleClock {
    fn now(&self) -> Timestamp {
        match self {
            ConsoleClock::Still(clock) => clock.now(),
            ConsoleClock::Running(clock) => clock.now(),
        }
    }

    fn passed(&self) -> SignedDuration {
        match self {
            ConsoleClock::Still(clock) => clock.passed(),
            ConsoleClock::Running(clock) => clock.passed(),
        }
    }
}

/// Why a console cannot go on: one clear sentence.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    CannotOpen(#[from] CannotOpen),
    #[error("the console's history in {folder} cannot be used: {source}")]
    History { folder: PathBuf, source: std::io::Error },
    #[error("the console's clock only moves forward: it shows {now}")]
    Backwards { now: DateTime },
    #[error("that is beyond the end of the calendar")]
    BeyondTheCalendar,
    #[error("{0}")]
    Wrong(#[from] line::Wrong),
    #[error("the engine has stopped; its log says why")]
    Stopped,
    #[error("the totals cannot be read: {0}")]
    Report(#[source] crate::engine::Fault),
}

impl From<Stopped> for Trouble {
    fn from(_: Stopped) -> Self {
        Trouble::Stopped
    }
}

/// What a console is opened with.
pub struct Opening {
    pub folder: PathBuf,
    pub defaults: Defaults,
    pub clock: ConsoleClock,
    pub ids: Arc<dyn Ids>,
    pub stage: Stage,
}

/// The parts that a crash drops and an opening makes anew.
struct Awake {
    engine: Engine,
    running: Running,
    courier: Courier,
    gateway: Arc<ConsoleGateway>,
}

/// A console on one data folder.
pub struct Session {
    folder: PathBuf,
    defaults: Defaults,
    clock: Arc<ConsoleClock>,
    ids: Arc<dyn Ids>,
    stage: Stage,
    awake: Option<Awake>,
    /// Set once the script's or the machine's time has been taken for the console's own.
    started: bool,
    zone: Zone,
    place: String,
    last: Option<(String, bool)>,
    /// What people say while the bot is off, until it comes back.
    off: Option<Off>,
    events: u64,
    /// Tells this opening's events from those of earlier ones.
    prefix: String,
}

/// The bot is off; the world is not.
struct Off {
    until: Timestamp,
    now: Timestamp,
    waiting: Vec<Inbound>,
}

impl Session {
    /// Opens a folder.
    ///
    /// # Errors
    /// The folder or its database cannot be used.
    pub async fn open(opening: Opening) -> Result<Session, Trouble> {
        let Opening { folder, defaults, clock, ids, stage } = opening;
        let zone = defaults.zone.clone();
        let mut session = Session {
            folder,
            defaults,
            clock: Arc::new(clock),
            ids,
            stage,
            awake: None,
            started: false,
            zone,
            place: "home".to_owned(),
            last: None,
            off: None,
            events: 0,
            prefix: String::new(),
        };
        session.wake().await?;
        let opening = session.awake()?.gateway.count_opening();
        let opening = opening.map_err(|source| Trouble::History { folder: session.folder.clone(), source })?;
        session.prefix = format!("{opening}.");
        let seen = session.awake()?.engine.seen();
        if let ConsoleClock::Running(clock) = &*session.clock {
            clock.set(SystemClock.now().max(seen));
            session.started = true;
        }
        Ok(session)
    }

    async fn wake(&mut self) -> Result<(), Trouble> {
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let (engine, running) = Engine::open(&self.folder, self.defaults.clone(), clock, Arc::clone(&self.ids)).await?;
        let gateway = ConsoleGateway::open(&self.folder, self.stage.clone());
        let gateway = gateway.map_err(|source| Trouble::History { folder: self.folder.clone(), source })?;
        let gateway = Arc::new(gateway);
        let courier = Courier::new(engine.clone(), Arc::clone(&gateway) as Arc<_>);
        self.awake = Some(Awake { engine, running, courier, gateway });
        Ok(())
    }

    fn awake(&self) -> Result<&Awake, Trouble> {
        self.awake.as_ref().ok_or(Trouble::Stopped)
    }

    /// What the console's clock shows.
    pub fn now(&self) -> DateTime {
        self.zone.civil(self.off.as_ref().map_or_else(|| self.clock.now(), |off| off.now))
    }

    /// Does what one line says.
    ///
    /// # Errors
    /// The line is not understood, or the console cannot go on.
    pub async fn take(&mut self, line: Line) -> Result<(), Trouble> {
        // A script may set the clock after words that take no time.
        if !matches!(line, Line::Empty | Line::Place(_) | Line::Crash | Line::Now(..)) {
            self.start();
        }
        match line {
            Line::Empty | Line::Help | Line::Quit => Ok(()),
            Line::Says { who, directly, text } => self.say(&who, directly, &text).await,
            Line::Bare(text) => match self.last.clone() {
                Some((who, directly)) => self.say(&who, directly, &text).await,
                None => Err(line::Wrong::Nobody.into()),
            },
            Line::Place(name) => {
                self.place = name;
                Ok(())
            }
            Line::Convener(who) => self.appoint(&who).await,
            Line::Now(civil, zone) => {
                self.zone = zone.unwrap_or_else(|| self.zone.clone());
                self.advance(self.zone.instant(civil)).await
            }
            Line::Wait(SpanFieldwise(span)) => {
                let later = self.now().checked_add(span).map_err(|_| Trouble::BeyondTheCalendar)?;
                // Hours and minutes are counted on the clock that runs, days on the one that hangs on the wall.
                let exact = SignedDuration::try_from(span).ok().and_then(|d| self.instant_now().checked_add(d).ok());
                self.advance(exact.unwrap_or_else(|| self.zone.instant(later))).await
            }
            Line::Crash => self.crash().await,
            Line::Offline(civil) => self.go_off(self.zone.instant(civil)).await,
            Line::Report => self.report().await,
        }
    }

    fn instant_now(&self) -> Timestamp {
        self.off.as_ref().map_or_else(|| self.clock.now(), |off| off.now)
    }

    /// A script that does not set the clock begins at the machine's time.
    fn start(&mut self) {
        if !self.started {
            self.started = true;
            let seen = self.awake.as_ref().map_or(Timestamp::MIN, |awake| awake.engine.seen());
            self.clock.set(SystemClock.now().max(seen));
        }
    }

    async fn appoint(&mut self, who: &str) -> Result<(), Trouble> {
        if self.off.is_some() {
            self.come_back().await?;
        }
        let named = person(who);
        self.awake()?.engine.appoint(Platform::Console, &self.place, &self.place, named).await?;
        self.settle().await
    }

    async fn say(&mut self, who: &str, directly: bool, said: &str) -> Result<(), Trouble> {
        self.last = Some((who.to_owned(), directly));
        let said = said.trim();
        let command = said.strip_prefix(PREFIX).or_else(|| said.strip_prefix("!aid").map(str::trim_start));
        let command = match command {
            Some(command) => command,
            None if directly => said,
            // People talking to each other.
            None => return Ok(()),
        };
        self.events += 1;
        let at = self.instant_now();
        let place = Place::Public { id: self.place.clone(), name: self.place.clone(), server: None };
        let account = person(who).account;
        let inbound = Inbound {
            event: format!("{}{}", self.prefix, self.events),
            place: if directly {
                Place::Direct { id: account.id.clone(), shared: vec![self.place.clone()] }
            } else {
                place
            },
            from: account,
            name: who.to_owned(),
            language: None,
            standing: None,
            roles: Vec::new(),
            named: named_in(command, at),
            at,
            body: Body::Said(command.to_owned()),
            answer: Answer::Direct,
            able: Vec::new(),
        };
        if let Some(off) = &mut self.off {
            off.waiting.push(inbound);
            return Ok(());
        }
        self.hear(inbound).await?;
        self.settle().await
    }

    /// Hands an event over and shows the answer.
    async fn hear(&self, inbound: Inbound) -> Result<(), Trouble> {
        let directly = matches!(inbound.place, Place::Direct { .. });
        let who = inbound.from.id.clone();
        let Heard::Reply(reply) = self.awake()?.engine.hear(inbound).await? else { return Ok(()) };
        let to = match reply.audience {
            _ if directly => format!("dm:{who}"),
            Audience::Public => "public".to_owned(),
            Audience::Only | Audience::Private => format!("only:{who}"),
        };
        self.stage.show(&Shown {
            at: reply.voice.now,
            community: reply.community.as_deref().unwrap_or_default(),
            to: &to,
            cause: reply.cause,
            refs: &reply.refs,
            edit: false,
            doc: &copy::say(&reply.message, &reply.voice),
            zone: &reply.voice.zone,
        });
        Ok(())
    }

    /// Does and says everything that is due now.
    pub async fn settle(&self) -> Result<(), Trouble> {
        let Some(awake) = &self.awake else { return Ok(()) };
        loop {
            let (done, _) = awake.engine.tick().await?;
            let mut said = false;
            while awake.courier.step().await? == Step::Carried {
                said = true;
            }
            if done == 0 && !said {
                return Ok(());
            }
        }
    }

    /// Moves the clock, doing everything that falls due on the way, in order.
    async fn advance(&mut self, to: Timestamp) -> Result<(), Trouble> {
        let seen = self.awake.as_ref().map_or(Timestamp::MIN, |awake| awake.engine.seen());
        let now = if self.started { self.instant_now() } else { seen };
        if to < now {
            return Err(Trouble::Backwards { now: self.zone.civil(now) });
        }
        self.started = true;
        if let Some(off) = &mut self.off {
            if to < off.until {
                off.now = to;
                return Ok(());
            }
            self.come_back().await?;
        }
        loop {
            let agenda = self.awake()?.engine.agenda().await?;
            let next = [agenda.timer, agenda.message].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next <= to) else { break };
            // What could not be done at its time is not waited for here.
            if next > self.clock.now() {
                self.clock.set(next);
            } else if self.stuck(next).await? {
                break;
            }
            self.settle().await?;
        }
        self.clock.set(to);
        self.settle().await
    }

    /// Something is due already: is it still, after doing what can be done?
    async fn stuck(&self, due: Timestamp) -> Result<bool, Trouble> {
        self.settle().await?;
        let agenda = self.awake()?.engine.agenda().await?;
        Ok([agenda.timer, agenda.message].into_iter().flatten().min().is_some_and(|next| next <= due))
    }

    /// Drops everything without a goodbye and opens the same files again.
    async fn crash(&mut self) -> Result<(), Trouble> {
        if self.off.is_some() {
            return Ok(());
        }
        self.drop_everything().await;
        self.wake().await?;
        // Before the clock is set there is no time at which anything could be due.
        if self.started { self.settle().await } else { Ok(()) }
    }

    async fn drop_everything(&mut self) {
        if let Some(awake) = self.awake.take() {
            awake.running.abort();
            // Only that the task is gone matters: it was told to stop in the middle.
            let _ = awake.running.await;
        }
    }

    async fn go_off(&mut self, until: Timestamp) -> Result<(), Trouble> {
        let now = self.instant_now();
        if until < now {
            return Err(Trouble::Backwards { now: self.zone.civil(now) });
        }
        self.drop_everything().await;
        let waiting = self.off.take().map(|off| off.waiting).unwrap_or_default();
        self.off = Some(Off { until, now, waiting });
        Ok(())
    }

    /// The bot is back: it hears what people said meanwhile before it does what fell due, so that nothing stale is said.
    async fn come_back(&mut self) -> Result<(), Trouble> {
        let Some(off) = self.off.take() else { return Ok(()) };
        self.clock.set(off.until);
        self.wake().await?;
        for inbound in off.waiting {
            self.hear(inbound).await?;
        }
        self.settle().await
    }

    async fn report(&mut self) -> Result<(), Trouble> {
        self.come_back().await?;
        for (community, report) in self.awake()?.engine.reports().await.map_err(Trouble::Report)? {
            self.stage.report(&community, &report);
        }
        Ok(())
    }

    /// Ends well: what people said while the bot was off is heard, and the database is closed.
    ///
    /// # Errors
    /// The bot could not come back for what was said.
    pub async fn close(mut self) -> Result<(), Trouble> {
        self.come_back().await?;
        if let Some(Awake { engine, running, courier, gateway }) = self.awake.take() {
            drop((engine, courier, gateway));
            running.await.map_err(|_| Trouble::Stopped)?;
        }
        Ok(())
    }
}

fn person(who: &str) -> Named {
    let account = Account { platform: Platform::Console, id: who.to_lowercase() };
    Named { typed: who.to_owned(), account, name: who.to_owned(), is_role: false }
}

/// The people a command names. On the console everyone with a name is there.
fn named_in(command: &str, now: Timestamp) -> Vec<Named> {
    let Ok(said) = text::read(command, now) else { return Vec::new() };
    let people = said.spec.options.iter().filter(|opt| opt.takes == Takes::Person);
    let named = people.filter_map(|opt| said.option(opt.name)).chain([said.words.as_str()]);
    named
        .filter(|name| line::is_name(name.trim_start_matches('@')))
        .map(|name| Named { typed: name.to_owned(), ..person(name.trim_start_matches('@')) })
        .collect()
}
