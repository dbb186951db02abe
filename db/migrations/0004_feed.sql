-- Accounts whose photos are not pushed to their followers' feeds any more but merged when a feed is read.
-- `is_announced`: the lists of all followers know it.
create table pulled_accounts (
  account_id   uuid primary key references all_accounts on delete cascade,
  is_announced boolean not null default false,
  created_at   timestamptz not null default now()
);

-- What one likes, the newest photos first.
drop index likes_of_account;
create index likes_of_account on likes (account_id, photo_id desc);
