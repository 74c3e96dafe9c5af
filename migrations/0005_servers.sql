-- Platforms with servers of many channels, and answers that only one person sees.

-- The server a place is a channel of: whatever is said in any of its channels is said in that place.
alter table places add column server text;
create index places_of_server on places (platform, server) where server is not null;

-- Whether each ask gets a thread under its card there.
alter table communities add column threads integer not null default 0 check (threads in (0, 1));

-- A whisper has a way of its own: whether somebody's direct messages are open says nothing about it.
alter table outbox drop column route;
alter table outbox add column route text not null generated always as (coalesce(json_extract(destination, '$.Place.id'), 'dm:' ||
    coalesce(json_extract(destination, '$.Person.id'), json_extract(destination, '$.Chat.account.id')),
    'whisper:' || json_extract(destination, '$.Whisper.account.id'),
    'calendar:' || json_extract(destination, '$.Calendar.server'), '?')) virtual;

-- Gatherings in a server's calendar, as its platform names them.
create table calendar (
    community_id integer not null,
    gathering integer not null,
    platform text not null,
    server text not null,
    event text not null,
    primary key (community_id, gathering, platform, server),
    foreign key (community_id, gathering) references gatherings (community_id, number)
) strict, without rowid;

-- Forms that were refused, so that they can be opened again with everything that was typed: for an hour, or until the next
-- housekeeping.
create table drafts (
    platform text not null,
    -- The event it came with.
    event text not null,
    -- Who typed it. Nobody else opens it.
    account text not null,
    -- The command's path, and the fields and what was typed there, as JSON.
    path text not null,
    typed text not null,
    at integer not null,
    primary key (platform, event)
) strict, without rowid;
create index drafts_by_age on drafts (at);

-- Roles of a server whose people convene the community, as its conveners have said.
create table convening_roles (
    community_id integer not null references communities (id),
    platform text not null,
    role text not null,
    primary key (community_id, platform, role)
) strict, without rowid;
