-- Buttons that were pressed and did something, so that a press can be taken back. No word of anybody is in it.
create table presses (
    platform text not null,
    -- The press, as its platform names it.
    event text not null,
    community_id integer not null references communities (id),
    -- Who pressed. Nobody else takes it back.
    account text not null,
    -- What it stood for: a verb, an id, a switch.
    command text not null,
    at integer not null,
    primary key (platform, event)
) strict, without rowid;
