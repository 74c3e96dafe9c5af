//! Bare SQLite doing the writes of the commands and nothing else: no reading, no deciding, no savepoints.
//!
//! The statements are those that change a row when the engine handles the story of `people.rs`, each command's as one
//! query of recurring text, 64 commands to a commit. [`same_rows`] compares both files, so that this cannot drift.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use super::people::{COMMUNITIES, Helper, STORY, Step, account, place};
use super::{IN_FLIGHT, STORIES};

/// 2026-03-05 15:00 UTC and some days on.
const NOW: i64 = 1_772_722_800_000;
const LATER: i64 = NOW + 9 * 86_400_000;

macro_rules! heard {
    () => {
        "insert into inbox (platform, event, at) values ('console', ?, ?); \
         update accounts set acted_at = ? where platform = 'console' and ref = ? and community_id = ?; "
    };
}

macro_rules! says {
    () => {
        "insert into outbox (id, community_id, member_id, effect, platform, destination, place_id, cause, refs, meaning, \
         answers, lane, priority, not_before, made_at) values (?, ?, ?, ?, 'console', ?, ?, ?, ?, ?, null, ?, ?, ?, ?); "
    };
}

/// The ask grows a version, and the card not yet sent gives way to the new one.
macro_rules! card {
    () => {
        concat!(
            "update asks set version = version + 1 where community_id = ? and number = ?; \
             update outbox set state = 'cancelled', meaning = '' where lane = ? and state = 'ready'; ",
            says!()
        )
    };
}

macro_rules! arm {
    () => {
        "insert into timers (community_id, name, kind, member_id, number, civil, zone, at) values (?, ?, ?, ?, ?, ?, ?, ?) \
         on conflict (community_id, name) do update set member_id = excluded.member_id, civil = excluded.civil, \
         zone = excluded.zone, at = excluded.at; "
    };
}

macro_rules! disarm {
    () => {
        "delete from timers where community_id = ? and name = ?; "
    };
}

macro_rules! change_pledge {
    () => {
        "update pledges set what = ?, first_step = ?, amount = ?, due = ?, due_zone = ?, due_at = ?, state = ?, \
         done_so_far = ?, state_at = ?, confirmed_by = ?, version = version + 1, \
         step = case when ? = 'open' then step end where community_id = ? and number = ?; "
    };
}

const ASK: &str = concat!(
    heard!(),
    "update communities set next_ask = next_ask + 1 where id = ?; \
     insert into asks (community_id, number, asker_id, words, kind, need, due, due_zone, due_at, visibility, made_at, \
     origin) values (?, ?, ?, ?, 'skill', 2, ?, 'UTC', ?, 'open', ?, ?); ",
    arm!(),
    says!()
);
const MAYBE: &str =
    concat!(heard!(), "insert into maybes (community_id, ask, member_id, made_at) values (?, ?, ?, ?); ");
const PLEDGE: &str = concat!(
    heard!(),
    "update communities set next_pledge = next_pledge + 1 where id = ?; \
     insert into pledges (community_id, number, ask, helper_id, what, first_step, amount, due, due_zone, due_at, state, \
     state_at, made_at, step, origin) values (?, ?, ?, ?, ?, ?, 1, ?, 'UTC', ?, 'open', ?, ?, 'reminder', ?); ",
    arm!(),
    card!(),
    says!()
);
const PLEDGE_OF_A_MAYBE: &str = concat!(
    heard!(),
    "delete from maybes where community_id = ? and ask = ? and member_id = ?; \
     update communities set next_pledge = next_pledge + 1 where id = ?; \
     insert into pledges (community_id, number, ask, helper_id, what, first_step, amount, due, due_zone, due_at, state, \
     state_at, made_at, step, origin) values (?, ?, ?, ?, ?, ?, 1, ?, 'UTC', ?, 'open', ?, ?, 'reminder', ?); ",
    arm!(),
    card!(),
    says!()
);
const ADJUST: &str = concat!(heard!(), change_pledge!(), arm!(), says!());
const HAND_BACK: &str = concat!(heard!(), change_pledge!(), disarm!(), card!(), says!());
const DONE: &str = concat!(heard!(), change_pledge!(), disarm!(), arm!(), says!());
const CONFIRM: &str = concat!(heard!(), change_pledge!(), disarm!(), says!());
/// With it the ask is met.
const CONFIRM_THE_LAST: &str = HAND_BACK;
const THANKS: &str = concat!(
    heard!(),
    "insert into thanks (community_id, pledge, member_id, words, made_at) values (?, ?, ?, ?, ?); ",
    says!()
);

/// One command's statements and the values they take, in order.
struct Rows(sqlx::query::Query<'static, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>);

impl Rows {
    fn of(sql: &'static str) -> Rows {
        Rows(sqlx::query(sql))
    }

    fn int(self, value: i64) -> Rows {
        Rows(self.0.bind(value))
    }

    fn text(self, value: impl Into<String>) -> Rows {
        Rows(self.0.bind(value.into()))
    }

    fn null(self) -> Rows {
        Rows(self.0.bind(None::<i64>))
    }
}

struct Community {
    id: i64,
    place: i64,
    next_ask: i64,
    next_pledge: i64,
}

struct Story {
    dev: i64,
    helpers: [i64; 3],
    ask: i64,
    version: i64,
    pledges: [i64; 3],
}

/// A file like the engine's, and one connection to it.
pub struct Bare {
    conn: SqliteConnection,
    communities: Vec<Community>,
    stories: Vec<Story>,
    outbox: i64,
    events: u64,
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("secure_delete", "on")
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-16000")
        .pragma("wal_autocheckpoint", "4000")
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

async fn read_only(folder: &Path) -> SqliteConnection {
    let file = folder.join("barnraiser.db");
    SqliteConnectOptions::new().filename(file).read_only(true).connect().await.expect("the file opens")
}

impl Bare {
    /// Takes a copy of the engine's file, where everyone has arrived already.
    pub async fn beside(product: &Path, folder: &Path) -> Bare {
        let file = folder.join("barnraiser.db");
        let mut original = read_only(product).await;
        let copied = sqlx::query("vacuum into ?").bind(file.to_string_lossy().into_owned());
        copied.execute(&mut original).await.expect("the file is copied");
        let mut conn = options(&file).connect().await.expect("the copy opens");
        let mut communities = Vec::new();
        for number in 0..COMMUNITIES {
            let row = sqlx::query(
                "select c.id, l.id, c.next_ask, c.next_pledge from communities c join places l on l.community_id = c.id where l.ref = ?",
            )
            .bind(place(number))
            .fetch_one(&mut conn)
            .await
            .expect("the community is there");
            let (id, place) = (row.get(0), row.get(1));
            communities.push(Community { id, place, next_ask: row.get(2), next_pledge: row.get(3) });
        }
        let mut stories = Vec::new();
        for number in 0..IN_FLIGHT {
            let mut members = Vec::new();
            for who in [None, Some(Helper::Ana), Some(Helper::Ben), Some(Helper::Cleo)] {
                let member: i64 = sqlx::query_scalar("select member_id from accounts where ref = ?")
                    .bind(account(number, who))
                    .fetch_one(&mut conn)
                    .await
                    .expect("everyone has arrived");
                members.push(member);
            }
            let helpers = [members[1], members[2], members[3]];
            stories.push(Story { dev: members[0], helpers, ask: 0, version: 1, pledges: [0; 3] });
        }
        let outbox = sqlx::query_scalar("select max(id) from outbox").fetch_one(&mut conn).await.expect("a number");
        Bare { conn, communities, stories, outbox, events: 0 }
    }

    /// The least a durable answer can cost.
    pub async fn one_insert_per_commit(&mut self, count: usize) {
        for _ in 0..count {
            self.events += 1;
            sqlx::query("insert into inbox (platform, event, at) values ('bare', ?, ?)")
                .bind(format!("bare.{}", self.events))
                .bind(NOW)
                .execute(&mut self.conn)
                .await
                .expect("a row");
        }
    }

    /// Every thread goes through its story so many times; what all threads say next is one commit.
    pub async fn stories(&mut self, times: usize) {
        for _ in 0..times {
            for step in STORY {
                let commands: Vec<Rows> = (0..self.stories.len()).map(|thread| self.rows(thread, step)).collect();
                let mut batch = self.conn.begin_with("begin immediate").await.expect("a batch");
                for command in commands {
                    command.0.execute(&mut *batch).await.expect("the command's rows");
                }
                batch.commit().await.expect("a commit");
            }
        }
    }

    fn rows(&mut self, thread: usize, step: Step) -> Rows {
        self.events += 1;
        let here = &mut self.communities[thread % COMMUNITIES];
        let story = &mut self.stories[thread];
        if step == Step::Ask {
            (story.ask, story.version) = (here.next_ask, 1);
            here.next_ask += 1;
        }
        if let Step::Pledge(helper) = step {
            story.pledges[helper as usize] = here.next_pledge;
            here.next_pledge += 1;
        }
        // Those that change what the ask's card shows.
        if matches!(step, Step::Pledge(_) | Step::HandBack | Step::Confirm(Helper::Cleo)) {
            story.version += 1;
        }
        let row = Recorder { thread, here, story, outbox: &mut self.outbox, event: self.events, step };
        row.rows()
    }
}

/// What the rows of one command are made from.
struct Recorder<'a> {
    thread: usize,
    here: &'a Community,
    story: &'a Story,
    outbox: &'a mut i64,
    event: u64,
    step: Step,
}

impl Recorder<'_> {
    fn rows(mut self) -> Rows {
        let (here, ask, dev) = (self.here.id, self.story.ask, self.story.dev);
        let pledge = |helper: Helper| self.story.pledges[helper as usize];
        let helper = |helper: Helper| self.story.helpers[helper as usize];
        match self.step {
            Step::Ask => {
                let words = "Two people who can rewire a lamp safely, Sat 14 March 10:00, and show how.";
                let rows = self.heard(ASK).int(here).int(here).int(ask).int(dev).text(words);
                let rows = rows.text("2026-03-14T10:00").int(LATER).int(NOW).text(self.origin());
                let rows = arm(rows, here, &format!("ask_still_needed:A{ask}"), "ask_still_needed", Some(dev), ask);
                self.card(rows)
            }
            Step::Maybe => self.heard(MAYBE).int(here).int(ask).int(helper(Helper::Cleo)).int(NOW),
            Step::Pledge(who) => {
                let rows = if who == Helper::Cleo {
                    self.heard(PLEDGE_OF_A_MAYBE).int(here).int(ask).int(helper(who))
                } else {
                    self.heard(PLEDGE)
                };
                let (pledge, who) = (pledge(who), helper(who));
                let rows = rows.int(here).int(here).int(pledge).int(ask).int(who);
                let rows = rows.text("Count me in, I'll bring a tester").text("call Dev on Friday 09:30");
                let rows = rows.text("2026-03-14").int(LATER).int(NOW).int(NOW).text(self.origin());
                let rows = arm(rows, here, &format!("nudge:P{pledge}"), "nudge", Some(who), pledge);
                let rows = self.new_card(rows);
                self.notice(rows, "pledged", pledge, dev, &format!(r#"{{"Notices":[{{"Pledged":{pledge}}}]}}"#))
            }
            Step::Adjust => {
                let (pledge, who) = (pledge(Helper::Ana), helper(Helper::Ana));
                let rows = self.change_pledge(ADJUST, "open", pledge);
                let rows = arm(rows, here, &format!("nudge:P{pledge}"), "nudge", Some(who), pledge);
                let note = r#""note":"the tester comes on Monday""#;
                let meaning = format!(r#"{{"Notices":[{{"Adjusted":{{"pledge":{pledge},{note}}}}}]}}"#);
                self.notice(rows, "adjusted", pledge, dev, &meaning)
            }
            Step::HandBack => {
                let pledge = pledge(Helper::Ben);
                let rows = self.change_pledge(HAND_BACK, "handed_back", pledge);
                let rows = rows.int(here).text(format!("nudge:P{pledge}"));
                let meaning = format!(r#"{{"Notices":[{{"HandedBack":{ask}}}]}}"#);
                let rows = self.new_card(rows);
                self.notice(rows, "handed_back", pledge, dev, &meaning)
            }
            Step::Done(who) => {
                let pledge = pledge(who);
                let rows = self.change_pledge(DONE, "done", pledge);
                let rows = rows.int(here).text(format!("nudge:P{pledge}"));
                let rows = arm(rows, here, &format!("silence:P{pledge}"), "silence", None, pledge);
                let note = r#""note":"nineteen lamps work again""#;
                let meaning = format!(r#"{{"Notices":[{{"ConfirmPlease":{{"pledge":{pledge},{note}}}}}]}}"#);
                self.notice(rows, "confirm_please", pledge, dev, &meaning)
            }
            Step::Confirm(who) => {
                let last = who == Helper::Cleo;
                let pledge = pledge(who);
                let rows = self.change_pledge(if last { CONFIRM_THE_LAST } else { CONFIRM }, "kept", pledge);
                let rows = rows.int(here).text(format!("silence:P{pledge}"));
                let rows = if last { self.new_card(rows) } else { rows };
                let meaning = format!(r#"{{"Notices":[{{"Confirmed":{pledge}}}]}}"#);
                self.notice(rows, "confirmed", pledge, helper(who), &meaning)
            }
            Step::Thanks => {
                let words = "Nineteen lamps went home working.";
                let (pledge, who) = (pledge(Helper::Ana), helper(Helper::Ana));
                let rows = self.heard(THANKS).int(here).int(pledge).int(dev).text(words).int(NOW);
                let meaning = format!(r#"{{"Notices":[{{"Thanked":{{"pledge":{pledge},"words":"{words}"}}}}]}}"#);
                self.notice(rows, &format!("thanked:{}", self.event), pledge, who, &meaning)
            }
        }
    }

    fn heard(&self, sql: &'static str) -> Rows {
        let account = account(self.thread, self.step.speaker());
        Rows::of(sql).text(self.origin()).int(NOW).int(NOW).text(account).int(self.here.id)
    }

    fn change_pledge(&self, sql: &'static str, state: &str, pledge: i64) -> Rows {
        let due = if self.step == Step::Adjust { "2026-03-16" } else { "2026-03-14" };
        let rows = self.heard(sql).text("Count me in, I'll bring a tester").text("call Dev on Friday 09:30").int(1);
        let rows = rows.text(due).text("UTC").int(LATER).text(state).int(0).int(NOW);
        let rows = if state == "kept" { rows.text("asker") } else { rows.null() };
        rows.text(state).int(self.here.id).int(pledge)
    }

    fn card(&mut self, rows: Rows) -> Rows {
        let (here, ask) = (self.here, self.story.ask);
        let rows = self.says(rows).int(here.id).null().text(format!("card:A{ask}:v{}", self.story.version));
        let rows = rows.text(format!(r#"{{"Place":{{"platform":"console","id":"{}"}}}}"#, place(self.thread)));
        let rows =
            rows.int(here.place).text("card").text(format!(r#"["A{ask}"]"#)).text(format!(r#"{{"Card":{ask}}}"#));
        let rows = rows.text(format!("card:{}:A{ask}:{}", here.id, here.place));
        rows.int(4).int(NOW).int(NOW)
    }

    fn notice(&mut self, rows: Rows, effect: &str, pledge: i64, to: i64, meaning: &str) -> Rows {
        let rows = self.says(rows).int(self.here.id).int(to).text(format!("notice:{effect}:P{pledge}:M{to}"));
        let account = account(self.thread, Some(Helper::Ana));
        let rows =
            rows.text(format!(r#"{{"Person":{{"platform":"console","id":"{account}"}}}}"#)).null().text("notice");
        let rows = rows.text(format!(r#"["A{}","P{pledge}"]"#, self.story.ask)).text(meaning);
        rows.null().int(2).int(NOW).int(NOW)
    }

    fn new_card(&mut self, rows: Rows) -> Rows {
        let (here, ask) = (self.here, self.story.ask);
        let rows = rows.int(here.id).int(ask).text(format!("card:{}:A{ask}:{}", here.id, here.place));
        self.card(rows)
    }

    /// What was heard, and the origin of what it makes.
    fn origin(&self) -> String {
        format!("bare.{}", self.event)
    }

    fn says(&mut self, rows: Rows) -> Rows {
        *self.outbox += 1;
        rows.int(*self.outbox)
    }
}

fn arm(rows: Rows, community: i64, name: &str, kind: &str, member: Option<i64>, number: i64) -> Rows {
    let rows = rows.int(community).text(name).text(kind);
    let rows = match member {
        Some(member) => rows.int(member),
        None => rows.null(),
    };
    rows.int(number).text("2026-03-12T09:00:00").text("UTC").int(LATER)
}

/// After the same stories both files hold the same rows.
pub async fn same_rows(product: &Path, bare: &Path) {
    const WHAT: [(&str, &str); 12] = [
        ("communities", "sum(next_ask) || ' ' || sum(next_pledge)"),
        ("accounts", "count(*)"),
        ("asks", "count(*) || ' ' || sum(version)"),
        ("pledges", "count(*) || ' ' || sum(version) || ' ' || count(step)"),
        ("pledges", "sum(state = 'kept') || ' ' || sum(state = 'handed_back')"),
        ("asks", "sum(origin != '') || ' ' || (select sum(origin != '') from pledges)"),
        ("maybes", "count(*)"),
        ("thanks", "count(*) || ' ' || sum(length(words))"),
        ("timers", "count(*)"),
        ("inbox", "count(*)"),
        ("outbox", "count(*) || ' ' || count(key) || ' ' || sum(state = 'ready') || ' ' || sum(state = 'cancelled')"),
        ("outbox", "sum(length(meaning)) / 1000 || ' ' || sum(length(refs)) / 1000"),
    ];
    let (mut ours, mut theirs) = (read_only(product).await, read_only(bare).await);
    for (table, what) in WHAT {
        let sql = format!("select '' || ({what}) from {table}");
        let ask = |sql: &str| sqlx::query_scalar::<_, String>(AssertSqlSafe(sql.to_owned()));
        let ours = ask(&sql).fetch_one(&mut ours).await.expect("a sum");
        let theirs = ask(&sql).fetch_one(&mut theirs).await.expect("a sum");
        assert_eq!(ours, theirs, "{what} of {table} after {STORIES} stories each");
    }
}

/// Years of history: so many more asks and pledges, with what was heard and said about them.
pub async fn grow(folder: &Path, count: u32) {
    let mut conn = options(&folder.join("barnraiser.db")).connect().await.expect("the file opens");
    let mut batch = conn.begin_with("begin immediate").await.expect("a batch");
    for sql in GROW {
        sqlx::query(*sql).bind(count / COMMUNITIES as u32).execute(&mut *batch).await.expect("history");
    }
    batch.commit().await.expect("a commit");
    conn.close().await.expect("the file closes");
}

macro_rules! for_each {
    () => {
        "with recursive n (i) as (select 0 union all select i + 1 from n where i + 1 < ?1), \
         people as (select community_id, id, count(*) over (partition by community_id) as many, \
          row_number() over (partition by community_id order by id) - 1 as nth from members) "
    };
}

/// The last of it was said long ago, and a row of ours begins ready: the file that this is done to is thrown away.
const GROW: &[&str] = &[
    "drop trigger outbox_begins",
    concat!(
        "insert into asks (community_id, number, asker_id, words, kind, need, due, due_zone, due_at, visibility, made_at) ",
        for_each!(),
        "select c.id, c.next_ask + n.i, p.id, 'Two people who can rewire a lamp safely.', 'skill', 2, \
         '2026-03-14T10:00', 'UTC', 1773482400000, 'open', 1772722800000 \
         from n cross join communities c join people p on p.community_id = c.id and p.nth = n.i % p.many"
    ),
    concat!(
        "insert into pledges (community_id, number, ask, helper_id, what, first_step, amount, due, due_zone, due_at, state, \
         state_at, made_at, step) ",
        for_each!(),
        "select c.id, c.next_pledge + n.i, c.next_ask + n.i, \
         p.id, 'Count me in', 'call Dev', 1, '2026-03-14', 'UTC', 1773532800000, 'open', 1772722800000, 1772722800000, 'reminder' \
         from n cross join communities c join people p on p.community_id = c.id and p.nth = n.i % p.many"
    ),
    concat!(
        "insert into timers (community_id, name, kind, member_id, number, civil, zone, at) ",
        for_each!(),
        "select c.id, 'nudge:P' || (c.next_pledge + n.i), 'nudge', p.id, c.next_pledge + n.i, '2026-03-12T09:00:00', \
         'UTC', 1773306000000 from n cross join communities c join people p on p.community_id = c.id and p.nth = n.i % p.many"
    ),
    concat!(
        "insert into inbox (platform, event, at) ",
        for_each!(),
        "select 'console', 'before.' || c.id || '.' || n.i || '.' || k.value, 1772722800000 \
         from n cross join communities c cross join json_each('[1,2]') k"
    ),
    concat!(
        "insert into outbox (community_id, member_id, effect, platform, destination, cause, refs, meaning, key, state, \
         priority, not_before, made_at, message) ",
        for_each!(),
        "select c.id, p.id, 'notice:before:' || n.i || ':' || k.value, 'console', \
         '{\"Person\":{\"platform\":\"console\",\"id\":\"ana\"}}', 'notice', '[\"A1\",\"P1\"]', '', hex(randomblob(12)), \
         'delivered', 2, 1772722800000, 1772722800000, 'm' || n.i \
         from n cross join communities c join people p on p.community_id = c.id and p.nth = n.i % p.many cross join json_each('[1,2]') k"
    ),
    "update communities set next_ask = next_ask + ?1, next_pledge = next_pledge + ?1",
];
