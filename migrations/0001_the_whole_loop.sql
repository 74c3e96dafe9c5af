-- Forward only: a change is a new file, never an edit of this one.
-- Instants (*_at) are milliseconds since 1970 in UTC. Where a person meant a civil time, that stands beside it with its
-- zone, and the instant is only a cache of it.

create table meta (
    key text primary key,
    value text not null
) strict, without rowid;

create table communities (
    id integer primary key,
    slug text not null unique,
    name text not null,
    zone text not null,
    language text not null,
    -- Set once a convener has chosen name and zone.
    set_up_at integer,
    nudges integer not null check (nudges between 0 and 3),
    confirm_days integer not null check (confirm_days between 1 and 30),
    digest_days integer not null check (digest_days between 1 and 14),
    weekly text,
    last_weekly_at integer,
    made_at integer not null,
    next_ask integer not null default 1,
    next_pledge integer not null default 1,
    next_offer integer not null default 1,
    next_gathering integer not null default 1
) strict;

create table places (
    id integer primary key,
    community_id integer not null references communities (id),
    platform text not null,
    ref text not null,
    name text not null,
    unique (platform, ref)
) strict;
create index places_of_community on places (community_id);

create table members (
    id integer primary key,
    community_id integer not null references communities (id),
    name text not null,
    -- Null: as the community.
    zone text,
    language text,
    quiet_from text not null,
    quiet_until text not null,
    away_until text,
    -- Made a convener by another convener, or by the operator.
    appointed integer not null default 0 check (appointed in (0, 1)),
    notices integer not null default 1 check (notices in (0, 1)),
    made_at integer not null
) strict;
create index members_of_community on members (community_id);

-- Who convenes by their standing in a place (a power level, a permission). What a platform grants it can take away.
create table standings (
    member_id integer not null references members (id),
    place_id integer not null references places (id),
    primary key (member_id, place_id)
) strict, without rowid;
create index standings_of_place on standings (place_id);

-- One person may hold several accounts; one account is one member of each community it is in.
create table accounts (
    platform text not null,
    ref text not null,
    community_id integer not null references communities (id),
    member_id integer not null references members (id),
    -- The last time they acted here: where the next word to them goes.
    acted_at integer not null,
    -- The last nudge message to this account, from whichever community: one a day.
    nudged_at integer,
    primary key (platform, ref, community_id)
) strict, without rowid;
-- The account somebody last acted from comes first.
create index accounts_of_member on accounts (member_id, acted_at desc, ref);

create table asks (
    community_id integer not null references communities (id),
    number integer not null,
    asker_id integer not null references members (id),
    -- Null once blanked after the retention time.
    words text,
    kind text,
    need integer not null check (need >= 1),
    due text,
    due_zone text,
    due_at integer,
    visibility text not null check (visibility in ('open', 'private', 'anonymous')),
    withdrawn_at integer,
    made_at integer not null,
    -- Grows with every change people see: names the card's edits.
    version integer not null default 1,
    primary key (community_id, number),
    check ((due is null) = (due_at is null) and (due is null) = (due_zone is null))
) strict, without rowid;

create table pledges (
    community_id integer not null references communities (id),
    number integer not null,
    ask integer not null,
    helper_id integer not null references members (id),
    what text,
    first_step text,
    amount integer not null check (amount >= 1),
    due text not null,
    due_zone text not null,
    due_at integer not null,
    state text not null check (state in ('open', 'done', 'kept', 'handed_back', 'released')),
    done_so_far integer not null default 0,
    -- When it left the state before; for open pledges, when it was made.
    state_at integer not null,
    confirmed_by text check (confirmed_by in ('asker', 'silence')),
    made_at integer not null,
    version integer not null default 1,
    -- The step ahead of it, if any (timer `nudge:P7`), and what is behind it.
    step text check (step in ('reminder', 'check', 'last_check', 'care_note')),
    nudges_sent integer not null default 0 check (nudges_sent between 0 and 3),
    nudges_stopped integer not null default 0 check (nudges_stopped in (0, 1)),
    care_noted_at integer,
    primary key (community_id, number),
    foreign key (community_id, ask) references asks (community_id, number),
    check (done_so_far >= 0 and (state != 'open' or done_so_far < amount)),
    check ((state = 'kept') = (confirmed_by is not null)),
    check (state = 'open' or step is null)
) strict, without rowid;
create index pledges_of_ask on pledges (community_id, ask);
create index pledges_of_helper on pledges (helper_id, state);

-- Promise 5, held by the database: at most three nudges about one pledge over its whole life.
create table nudges (
    community_id integer not null,
    pledge integer not null,
    n integer not null check (n between 1 and 3),
    step text not null,
    at integer not null,
    primary key (community_id, pledge, n),
    foreign key (community_id, pledge) references pledges (community_id, number)
) strict, without rowid;

create table maybes (
    community_id integer not null,
    ask integer not null,
    member_id integer not null references members (id),
    made_at integer not null,
    primary key (community_id, ask, member_id),
    foreign key (community_id, ask) references asks (community_id, number)
) strict, without rowid;

create table invitations (
    community_id integer not null,
    ask integer not null,
    member_id integer not null references members (id),
    invited_by integer not null references members (id),
    made_at integer not null,
    primary key (community_id, ask, member_id),
    foreign key (community_id, ask) references asks (community_id, number)
) strict, without rowid;

create table thanks (
    id integer primary key,
    community_id integer not null,
    pledge integer not null,
    member_id integer not null references members (id),
    words text,
    made_at integer not null,
    foreign key (community_id, pledge) references pledges (community_id, number)
) strict;
create index thanks_of_community on thanks (community_id, made_at);

create table offers (
    community_id integer not null references communities (id),
    number integer not null,
    giver_id integer not null references members (id),
    words text,
    kind text,
    made_at integer not null,
    withdrawn_at integer,
    primary key (community_id, number)
) strict, without rowid;

create table gatherings (
    community_id integer not null references communities (id),
    number integer not null,
    starts text not null,
    zone text not null,
    starts_at integer not null,
    place text,
    facilitator_id integer references members (id),
    scribe_id integer references members (id),
    cancelled_at integer,
    digest text not null default 'scheduled' check (digest in ('scheduled', 'held', 'posted')),
    made_at integer not null,
    version integer not null default 1,
    primary key (community_id, number)
) strict, without rowid;

-- Everything the bot will do later. `name` is the effect's name inside the community; community 0 is the installation.
create table timers (
    community_id integer not null,
    name text not null,
    kind text not null,
    member_id integer,
    number integer,
    -- The civil time and zone meant, and the instant it is.
    civil text not null,
    zone text not null,
    at integer not null,
    primary key (community_id, name)
) strict, without rowid;
create index timers_due on timers (at);
create index timers_of_member on timers (member_id, kind);

-- Notices that wait for a person's morning, to be told together.
create table held_notices (
    id integer primary key,
    community_id integer not null,
    member_id integer not null references members (id),
    effect text not null,
    meaning text not null,
    unique (community_id, member_id, effect)
) strict;
create index held_notices_of_member on held_notices (member_id);

-- What was heard: the same platform event twice changes nothing.
create table inbox (
    platform text not null,
    event text not null,
    at integer not null,
    primary key (platform, event)
) strict, without rowid;

-- The last event of a room that needs no second look after a restart.
create table bookmarks (
    platform text not null,
    room text not null,
    event text not null,
    primary key (platform, room)
) strict, without rowid;

create table cards (
    community_id integer not null,
    ask integer not null,
    place_id integer not null references places (id),
    message text not null,
    primary key (community_id, ask, place_id),
    foreign key (community_id, ask) references asks (community_id, number)
) strict, without rowid;

create table outbox (
    id integer primary key,
    -- Null for an answer to somebody who belongs to no community.
    community_id integer references communities (id),
    -- Whose language and hours it is in; null for a place.
    member_id integer references members (id),
    -- The name of what is said, once for ever per destination: `nudge:P1:2+P3:1`, `digest:G4:post`, `card:A12:v3`.
    effect text not null,
    platform text not null,
    destination text not null,
    place_id integer references places (id),
    cause text not null,
    refs text not null,
    -- What is meant, by ids; emptied once said.
    meaning text not null,
    -- What is said, frozen at the first claim; emptied once said.
    body text,
    key text not null unique,
    answers text,
    -- Rows of one lane (a card in a place) go one at a time, and a newer one replaces an older one not yet sent.
    lane text,
    state text not null default 'ready'
        check (state in ('ready', 'sending', 'unknown', 'delivered', 'failed', 'parked', 'cancelled', 'expired')),
    priority integer not null,
    not_before integer not null,
    attempts integer not null default 0,
    unresolved_since integer,
    message text,
    made_at integer not null,
    unique (community_id, effect, destination),
    check (state not in ('sending', 'unknown') or (unresolved_since is not null and body is not null))
) strict;
create index outbox_waiting on outbox (platform, priority, not_before) where state in ('ready', 'unknown');
-- Not by state: SQLite takes a partial index only where a question repeats its condition to the letter.
create index outbox_lanes on outbox (lane, state) where lane is not null;
-- Whether an earlier nudge still waits to get through, asked before each new one.
create index outbox_nudges on outbox (member_id) where cause = 'nudge' and state in ('ready', 'sending', 'unknown');
create index outbox_unsettled on outbox (state) where state in ('sending', 'parked', 'failed');
