-- Places that go away, come back or move, and what was said there that could not be read.

-- Since when the bot is not in the place any more.
alter table places add column left_at integer;

-- The place it goes on as, since a room was upgraded: a message that may stand in the old room is looked for there, and
-- what is said there still counts.
alter table places add column moved_to integer references places (id);

-- All its places were left, the grace period is over, and what people said in it is gone.
alter table communities add column ended_at integer;

-- A timer of a community all of whose places were left waits for one of them to come back; this is when it was due.
alter table timers add column held_from integer;

-- A message that waits for a place to come back, since when.
alter table outbox add column held_at integer;

-- Events that could not be decrypted, until they are heard or their sender was asked to say them again. No name.
create table unread (
    platform text not null,
    event text not null,
    room text not null,
    -- Whether the room is a direct chat.
    direct integer not null check (direct in (0, 1)),
    account text not null,
    -- When it was said, as its platform says, and when it came here.
    at integer not null,
    seen_at integer not null,
    -- When its sender is asked to say it again; null if nobody is to be asked about it by itself.
    ask_at integer,
    primary key (platform, event)
) strict, without rowid;
create index unread_of_room on unread (platform, room, account);
create index unread_to_ask on unread (ask_at) where ask_at is not null;

-- When somebody was last asked to say something again, in each room: once a day.
create table unread_asked (
    platform text not null,
    room text not null,
    account text not null,
    at integer not null,
    primary key (platform, room, account)
) strict, without rowid;
