-- What an account was last called. Whoever has several is called as the one they spoke from last; when that one leaves them,
-- as one that stays. Null where it never spoke since this is kept.
alter table accounts add column name text;

-- Of somebody with one account there is no doubt.
update accounts set name = (select m.name from members m where m.id = accounts.member_id)
    where (select count(*) from accounts other where other.member_id = accounts.member_id) = 1;
