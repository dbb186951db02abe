create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- What search compares: without case and accents. Immutable because the dictionary is named.
create function search_key(value text) returns text
  language sql immutable parallel safe strict
  return lower(public.unaccent('public.unaccent'::regdictionary, value));

create table accounts (
  id              uuid primary key,
  username        text not null unique check (username = lower(username)),
  display_name    text not null default '',
  bio             text not null default '',
  password_hash   text not null,
  role            text not null default 'member' check (role in ('member', 'operator')),
  avatar_key      text,
  photo_count     integer not null default 0 check (photo_count >= 0),
  follower_count  integer not null default 0 check (follower_count >= 0),
  following_count integer not null default 0 check (following_count >= 0),
  created_at      timestamptz not null default now()
);
create index accounts_username_prefix on accounts (username text_pattern_ops);
create index accounts_username_trigram on accounts using gin (username gin_trgm_ops);
create index accounts_display_name_trigram on accounts using gin (search_key(display_name) gin_trgm_ops);

create table sessions (
  id           uuid primary key,
  account_id   uuid not null references accounts on delete cascade,
  token_hash   text not null unique,
  user_agent   text not null default '',
  created_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at   timestamptz not null
);
create index sessions_account on sessions (account_id, last_seen_at desc);
create index sessions_expiry on sessions (expires_at);

create table account_resets (
  token_hash text primary key,
  account_id uuid not null references accounts on delete cascade,
  expires_at timestamptz not null
);
create index account_resets_account on account_resets (account_id);

create table follows (
  follower_id uuid not null references accounts on delete cascade,
  followee_id uuid not null references accounts on delete cascade,
  created_at  timestamptz not null default now(),
  primary key (follower_id, followee_id),
  check (follower_id <> followee_id)
);
create index follows_followers on follows (followee_id, created_at desc, follower_id desc);
create index follows_following on follows (follower_id, created_at desc, followee_id desc);

create table photos (
  id            uuid primary key,
  account_id    uuid not null references accounts on delete cascade,
  media_key     text not null,
  caption       text not null default '',
  alt_text      text not null default '',
  width         integer not null check (width > 0),
  height        integer not null check (height > 0),
  thumbhash     text not null,
  status        text not null check (status in ('processing', 'ready', 'failed')),
  has_avif      boolean not null default false,
  like_count    integer not null default 0 check (like_count >= 0),
  comment_count integer not null default 0 check (comment_count >= 0),
  -- Ten times the likes weigh as much as half a day of youth.
  hot           double precision generated always as
                  (log(greatest(like_count, 1)::numeric)::double precision + extract(epoch from created_at at time zone 'UTC')::double precision / 43200) stored,
  created_at    timestamptz not null default now()
);
create index photos_account on photos (account_id, id desc);
create index photos_explore on photos (hot desc, id desc) where status = 'ready';

-- Ids that once stood for a photo: the origin answers 410 for them.
create table gone_photos (
  id      uuid primary key,
  gone_at timestamptz not null default now()
);

create table likes (
  photo_id   uuid not null references photos on delete cascade,
  account_id uuid not null references accounts on delete cascade,
  created_at timestamptz not null default now(),
  primary key (photo_id, account_id)
);
create index likes_of_photo on likes (photo_id, created_at desc, account_id desc);
create index likes_of_account on likes (account_id);

create table comments (
  id         uuid primary key,
  photo_id   uuid not null references photos on delete cascade,
  account_id uuid not null references accounts on delete cascade,
  text       text not null,
  created_at timestamptz not null default now()
);
create index comments_of_photo on comments (photo_id, id desc);
create index comments_of_account on comments (account_id);

-- Answers of keyed POSTs, written in the transaction of their effect and kept for 24 hours.
create table idempotency_keys (
  account_id  uuid not null references accounts on delete cascade,
  route       text not null,
  key         text not null,
  body_digest text not null,
  status      smallint not null,
  body        text not null,
  created_at  timestamptz not null default now(),
  primary key (account_id, route, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
