-- Nothing shows what is hidden by forgetting a condition: the names that everybody uses are views of what may be shown,
-- and only moderation, deletion and rendering name the tables behind them. docs/decisions/0006-hidden-photos.md
alter table accounts rename to all_accounts;
alter table all_accounts add column suspended_at timestamptz, add column suspended_reason text;
create view accounts as
  select id, username, display_name, bio, password_hash, role, avatar_key, photo_count, follower_count, following_count, created_at
  from all_accounts where suspended_at is null;

alter table photos rename to all_photos;
alter table all_photos
  add column hidden_at     timestamptz,
  add column hidden_reason text,
  -- Its author is suspended.
  add column is_withheld   boolean not null default false;
create view photos as
  select id, account_id, media_key, caption, alt_text, width, height, thumbhash, status, has_avif, like_count, comment_count, hot, created_at
  from all_photos where hidden_at is null and not is_withheld;

drop index photos_explore;
create index photos_explore on all_photos (hot desc, id desc) where status = 'ready' and hidden_at is null and not is_withheld;
create index photos_hidden on all_photos (account_id, id desc) where hidden_at is not null;

-- What a suspended account did to others: out of every list and counter, kept for its return.
create table withheld_likes (
  photo_id   uuid not null references all_photos on delete cascade,
  account_id uuid not null references all_accounts on delete cascade,
  created_at timestamptz not null,
  primary key (account_id, photo_id)
);
create index withheld_likes_of_photo on withheld_likes (photo_id);

create table withheld_comments (
  id         uuid primary key,
  photo_id   uuid not null references all_photos on delete cascade,
  account_id uuid not null references all_accounts on delete cascade,
  text       text not null,
  created_at timestamptz not null
);
create index withheld_comments_of_account on withheld_comments (account_id);
create index withheld_comments_of_photo on withheld_comments (photo_id);

create table withheld_follows (
  follower_id uuid not null references all_accounts on delete cascade,
  followee_id uuid not null references all_accounts on delete cascade,
  created_at  timestamptz not null,
  primary key (follower_id, followee_id)
);
create index withheld_follows_followee on withheld_follows (followee_id);

create table reports (
  photo_id    uuid not null references all_photos on delete cascade,
  account_id  uuid not null references all_accounts on delete cascade,
  reason      text not null check (reason in ('spam', 'nudity', 'violence', 'harassment', 'other')),
  text        text not null default '',
  created_at  timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (photo_id, account_id)
);
create index reports_open on reports (photo_id, created_at desc) where resolved_at is null;
create index reports_of_account on reports (account_id);

-- Who did what as an operator. It outlives the operator's account and what it was done to.
create table operator_acts (
  id          uuid primary key,
  operator_id uuid references all_accounts on delete set null,
  operator    text not null,
  act         text not null,
  target      text not null,
  reason      text not null default '',
  created_at  timestamptz not null default now()
);
create index operator_acts_of_operator on operator_acts (operator_id);

-- One download of one's own data at a time.
create table data_exports (
  account_id  uuid primary key references all_accounts on delete cascade,
  id          uuid not null unique,
  status      text not null check (status in ('running', 'ready', 'failed')),
  done        integer not null default 0,
  total       integer not null default 0,
  size_bytes  bigint,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz
);
