-- One person with several accounts, and one community on several platforms.

-- What a platform grants it grants to an account: somebody with two convenes as long as one of them does.
create table standings_anew (
    member_id integer not null references members (id),
    place_id integer not null references places (id),
    -- On the place's platform.
    account text not null,
    primary key (member_id, place_id, account)
) strict, without rowid;
insert into standings_anew (member_id, place_id, account)
select s.member_id, s.place_id, a.ref from standings s join places p on p.id = s.place_id
    join accounts a on a.member_id = s.member_id and a.platform = p.platform;
drop table standings;
alter table standings_anew rename to standings;
create index standings_of_place on standings (place_id);

-- Two members who turned out to be one person are one from then on: who this one is now. Nothing else is left of it, but
-- what waits to be said may name it.
alter table members add column is_now integer references members (id);

-- Codes that join what is on two platforms. One at a time for each account and each thing it may join; once used up or
-- over, it is nothing any more.
create table codes (
    -- Who was given the first code, and in which community.
    platform text not null,
    ref text not null,
    joins text not null check (joins in ('accounts', 'places')),
    community_id integer not null references communities (id),
    -- Of the code that is to be said next. The code itself is in no row but the one that tells it.
    hash text not null unique,
    until integer not null,
    -- Who said the first code and was given the second, which is the one to be said next; and in which place, if it joins
    -- places.
    other_platform text,
    other_ref text,
    place_id integer references places (id),
    primary key (platform, ref, joins),
    check ((other_platform is null) = (other_ref is null)),
    check (place_id is null or joins = 'places')
) strict, without rowid;

-- How often an account has said a code that is none, within the hour that began then.
create table wrong_codes (
    platform text not null,
    ref text not null,
    since integer not null,
    times integer not null,
    primary key (platform, ref)
) strict, without rowid;
