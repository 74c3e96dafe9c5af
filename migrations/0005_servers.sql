-- Platforms with servers of many channels, and answers that only one person sees.

-- The server a place is a channel of: whatever is said in any of its channels is said in that place.
alter table places add column server text;
create index places_of_server on places (platform, server) where server is not null;

-- A whisper has a way of its own: whether somebody's direct messages are open says nothing about it.
alter table outbox drop column route;
alter table outbox add column route text not null generated always as (coalesce(json_extract(destination, '$.Place.id'), 'dm:' ||
    coalesce(json_extract(destination, '$.Person.id'), json_extract(destination, '$.Chat.account.id')),
    'whisper:' || json_extract(destination, '$.Whisper.account.id'), '?')) virtual;

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
