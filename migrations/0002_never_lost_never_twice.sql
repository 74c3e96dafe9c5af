-- The delivery protocol, held by the database: a state that may not be, or a step that may not be taken, aborts the input
-- that tried it instead of sending something twice.

-- The event that made a thing. After a backup is restored its number may be given to another thing; the event never is,
-- and delivery keys are made of it.
alter table asks add column origin text not null default '';
alter table pledges add column origin text not null default '';
alter table gatherings add column origin text not null default '';

-- The place in which somebody last spoke where others could read it. Only there may they be asked, by name, to open
-- their direct messages.
alter table accounts add column seen_in integer references places (id);

create table outbox_anew (
    id integer primary key,
    -- Null for an answer to somebody who belongs to no community.
    community_id integer references communities (id),
    -- Whose language and hours it is in; null for a place.
    member_id integer references members (id),
    -- The name of what is said, once for ever per destination: `nudge:P1:2+P3:1`, `digest:G4:post`, `card:A12:v3`.
    effect text not null,
    platform text not null,
    destination text not null,
    -- The way there, whose budget it uses: the place, or one person's direct messages.
    route text not null generated always as (coalesce(json_extract(destination, '$.Place.id'), 'dm:' ||
        coalesce(json_extract(destination, '$.Person.id'), json_extract(destination, '$.Chat.account.id')), '?')) stored,
    place_id integer references places (id),
    cause text not null,
    refs text not null,
    -- What is meant, by ids; emptied once said.
    meaning text not null,
    -- What is said, frozen at the first claim; emptied once said.
    body text,
    -- Made at the first claim, and never another after it.
    key text unique,
    answers text,
    -- Rows of one lane (a card in a place) go one at a time, and a newer one replaces an older one not yet sent.
    lane text,
    state text not null default 'ready'
        check (state in ('ready', 'sending', 'unknown', 'delivered', 'failed', 'parked', 'cancelled', 'expired')),
    priority integer not null,
    not_before integer not null,
    -- From here on it no longer helps. Null: for ever.
    expires_at integer,
    -- How often it was handed to the platform, how many of these may have been taken, and since when that is so.
    attempts integer not null default 0,
    unresolved integer not null default 0,
    unresolved_since integer,
    -- How often it was looked for since the last attempt, and when it was last found to be nowhere.
    looks integer not null default 0,
    absent_at integer,
    message text,
    made_at integer not null,
    settled_at integer,
    unique (community_id, effect, destination),
    check (unresolved between 0 and attempts),
    check (unresolved_since is not null or (unresolved = 0 and state not in ('sending', 'unknown'))),
    -- What may be there is sent again only after it was looked for and found to be nowhere.
    check (state not in ('ready', 'sending') or unresolved <= (state = 'sending') or absent_at is not null),
    check (state != 'sending' or (unresolved >= 1 and body is not null and key is not null)),
    check (state != 'delivered' or message is not null),
    check (state not in ('delivered', 'failed', 'cancelled', 'expired') or (body is null and meaning = ''))
) strict;

insert into outbox_anew (id, community_id, member_id, effect, platform, destination, place_id, cause, refs, meaning, body, key,
    answers, lane, state, priority, not_before, attempts, unresolved, unresolved_since, message, made_at, settled_at)
select id, community_id, member_id, effect, platform, destination, place_id, cause, refs, meaning, body, key,
    answers, lane, state, priority, not_before, attempts, state in ('sending', 'unknown'),
    case when state in ('sending', 'unknown', 'parked') then unresolved_since end,
    case when state = 'delivered' then coalesce(message, '') else message end, made_at,
    case when state in ('delivered', 'failed', 'cancelled') then made_at end
from outbox;
drop table outbox;
alter table outbox_anew rename to outbox;

create index outbox_waiting on outbox (platform, priority, not_before) where state in ('ready', 'unknown');
-- Not by state: SQLite takes a partial index only where a question repeats its condition to the letter.
create index outbox_lanes on outbox (lane, state) where lane is not null;
-- Whether an earlier nudge still waits to get through, asked before each new one.
create index outbox_nudges on outbox (member_id) where cause = 'nudge' and state in ('ready', 'sending', 'unknown');
create index outbox_unsettled on outbox (state) where state in ('sending', 'parked', 'failed', 'expired');

create trigger outbox_begins before insert on outbox when new.state != 'ready'
begin
    select raise(abort, 'outbox: a row begins ready');
end;

-- DESIGN.md section 5. `unknown` leaves only with the answer of a lookup, and `sending` goes back to `ready` only if this
-- attempt was the one that nothing was known about. `ready` to `unknown` asks for a lookup: by a restored backup, which
-- cannot know the fate of its rows, and where the last lookup is too long ago to be relied on.
create trigger outbox_goes_on before update of state on outbox when new.state != old.state and not case old.state
    when 'ready' then new.state in ('sending', 'cancelled', 'expired', 'parked')
        or (new.state = 'unknown' and (old.attempts = 0 or old.unresolved > 0))
    when 'sending' then new.state in ('delivered', 'failed', 'unknown') or (new.state = 'ready' and old.unresolved = 1)
    when 'unknown' then new.state in ('delivered', 'ready', 'parked') and old.looks > 0
        or (new.state = 'cancelled' and old.attempts = 0)
    when 'parked' then new.state in ('unknown', 'expired')
    else false end
begin
    select raise(abort, 'outbox: a row may not go on like that');
end;

create trigger outbox_keeps_its_key before update of key on outbox when old.key is not null and new.key is not old.key
begin
    select raise(abort, 'outbox: a key is made once');
end;

-- Every time a row was handed to its platform, and what came of it.
create table attempts (
    row integer not null references outbox (id) on delete cascade,
    n integer not null,
    at integer not null,
    ended_at integer,
    -- Null while nobody knows: on its way, or this process ended first.
    outcome text check (outcome in ('delivered', 'refused', 'closed', 'later', 'unknown')),
    -- Short, and without a word of the message.
    reason text,
    primary key (row, n)
) strict, without rowid;

-- How things stand with each way out: one place, one person's direct messages, or, under the empty name, the whole
-- platform. In the file, so that a restart neither forgets that it was asked to wait nor what it has just sent.
create table routes (
    platform text not null,
    route text not null,
    -- When the bucket is full again, in milliseconds: each message moves it on by one interval.
    full_at integer not null default 0,
    -- The platform asked to wait until then.
    shut_until integer not null default 0,
    -- Since when nothing gets through, and why.
    ill_since integer,
    reason text,
    primary key (platform, route)
) strict, without rowid;
