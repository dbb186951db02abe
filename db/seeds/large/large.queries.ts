import type pg from 'pg'

export interface SharedPicture {
  mediaKey: string
  altText: string
  width: number
  height: number
  thumbhash: string
  hasAvif: boolean
}

/** What the rows of one large set follow from; the same in every run, so that a run meets its own rows. */
export interface LargeSetting {
  people: number
  photos: number
  followsPerPerson: number
  /** Percentiles, as shares of the mean. */
  degrees: readonly number[]
  /** The time of the newest photo, and how long before it the first account was made. */
  epochMs: number
  historyMs: number
  names: readonly string[]
  bios: readonly string[]
  captions: readonly string[]
  comments: readonly string[]
  pictures: readonly SharedPicture[]
  avatarKeys: readonly string[]
  passwordHash: string
}

/** First and last number of a batch, and of nobody else's. */
export type Range = readonly [from: number, to: number]
export type Kind = 'people' | 'follows' | 'photos'

/**
 * Functions and numbers for this connection alone: `draw` is even in [0, 1) and follows from its arguments, `id_at` is a
 * UUIDv7. Person 0 has the oldest account and the most followers.
 */
export async function prepare(client: pg.ClientBase, setting: LargeSetting): Promise<void> {
  const { people, photos, epochMs, historyMs } = setting
  await client.query(`
    set work_mem = '128MB';
    -- What a dying primary takes along is written again by the next run.
    set synchronous_commit = off;
    create or replace function pg_temp.draw(stream int, n bigint, k bigint) returns double precision language sql immutable as
      'select (hashint8extended(n * 1048576 + k, stream) & 9007199254740991)::double precision / 9007199254740992';
    create or replace function pg_temp.draw(stream int, n bigint) returns double precision language sql immutable as
      'select (hashint8extended(n, stream) & 9007199254740991)::double precision / 9007199254740992';
    create or replace function pg_temp.id_at(ms bigint, stream int, n bigint, k bigint) returns uuid language sql immutable as
      $$select (lpad(to_hex(ms), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid
        from md5(stream || '/large/' || n || '/' || k) hash$$;
    create or replace function pg_temp.at_ms(ms bigint) returns timestamptz language sql immutable as
      'select to_timestamp(ms / 1000.0)';
    create or replace function pg_temp.person_ms(n bigint) returns bigint language sql immutable as
      'select (${epochMs - historyMs} + n * ${historyMs / people})::bigint';
    create or replace function pg_temp.photo_ms(n bigint) returns bigint language sql immutable as
      'select (${epochMs - historyMs} + (n + 1) * ${historyMs / photos})::bigint';
    create temp table person as
      select n, pg_temp.id_at(pg_temp.person_ms(n), 1, n, 0) as id from generate_series(0, ${people - 1}) n;
    create unique index on pg_temp.person (n);
    create temp table photo (n bigint, id uuid, ms bigint, author bigint, likes int, comments int);
    analyze pg_temp.person`)
}

/** When the set's first account was made; null where there is no set. Uses accounts_username_key. */
export async function firstPersonMs(client: pg.ClientBase): Promise<number | null> {
  const { rows } = await client.query<{ ms: string }>(
    `select round(extract(epoch from created_at) * 1000) as ms from all_accounts where username = 'large_0'`,
  )
  return rows[0] ? Number(rows[0].ms) : null
}

/** Whether the set that is there has as many people: their times, and so their ids, depend on it. Uses accounts_username_key. */
export async function isOfSize(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ is_ours: boolean }>(
    `select all_accounts.id = person.id as is_ours from all_accounts, pg_temp.person where username = 'large_1' and n = 1`,
  )
  return rows[0]?.is_ours === true
}

/** Whether a batch is there, which came in one transaction: whether its last thing is. Uses the primary keys. */
export async function has(client: pg.ClientBase, kind: Kind, [, last]: Range): Promise<boolean> {
  const { rowCount } = await client.query(
    {
      people: 'select from all_accounts where id = (select id from pg_temp.person where n = $1)',
      follows: 'select from follows where follower_id = (select id from pg_temp.person where n = $1) limit 1',
      photos: 'select from all_photos where id = pg_temp.id_at(pg_temp.photo_ms($1), 2, $1, 0)',
    }[kind],
    [last],
  )
  return rowCount !== 0
}

export async function insertPeople(client: pg.ClientBase, setting: LargeSetting, [from, to]: Range): Promise<number> {
  const { names, bios, avatarKeys, passwordHash } = setting
  const { rowCount } = await client.query(
    `insert into all_accounts (id, username, display_name, bio, password_hash, avatar_key, created_at)
     select id, 'large_' || n, ($3::text[])[1 + floor(pg_temp.draw(3, n) * cardinality($3::text[]))],
       case when pg_temp.draw(4, n) < 0.2 then '' else ($4::text[])[1 + floor(pg_temp.draw(5, n) * cardinality($4::text[]))] end,
       $5, case when pg_temp.draw(6, n) < 0.7 then ($6::text[])[1 + n % cardinality($6::text[])] end,
       pg_temp.at_ms(pg_temp.person_ms(n))
     from pg_temp.person where n between $1 and $2 order by n
     on conflict do nothing`,
    [from, to, names, bios, passwordHash, avatarKeys],
  )
  return rowCount ?? 0
}

/**
 * Whom these people follow: as many as in the real network; and whom is drawn so that the n-th person has followers as one over
 * the square root of n, thirty thousand of ten million the first. Written in the order of who is followed, so that a page of
 * the index by them is met once per batch.
 */
export async function insertFollows(client: pg.ClientBase, setting: LargeSetting, [from, to]: Range): Promise<number> {
  const { people, followsPerPerson, degrees, epochMs } = setting
  const { rowCount } = await client.query(
    `with drawn as (
       select n, pg_temp.draw(7, n) * (cardinality($5::float8[]) - 1) as at from generate_series($1::bigint, $2::bigint) n),
     wish as (
       select n, greatest(1, round($4::float8 * (low + (high - low) * (at - floor(at)))))::int as wanted
       from drawn cross join lateral
         (select ($5::float8[])[1 + floor(at)::int] as low, ($5::float8[])[2 + floor(at)::int] as high) as between_),
     pair as (
       select distinct n, floor($3::float8 * pg_temp.draw(8, n, k) ^ 2)::bigint as m from wish cross join generate_series(1, wanted) k)
     insert into follows (follower_id, followee_id, created_at)
     select one.id, other.id, pg_temp.at_ms((began + pg_temp.draw(9, one.n, other.n) * ($6::bigint - began))::bigint)
     from pair join pg_temp.person one on one.n = pair.n join pg_temp.person other on other.n = pair.m
       cross join lateral (select pg_temp.person_ms(greatest(one.n, other.n)) as began) as both_there
     where one.n <> other.n order by other.n, one.n
     on conflict do nothing`,
    [from, to, people, followsPerPerson, degrees, epochMs],
  )
  return rowCount ?? 0
}

/** Photos of a range with their likes and comments, whose numbers they carry from the start; some have most of the likes. */
export async function insertPhotos(
  client: pg.ClientBase,
  setting: LargeSetting,
  range: Range,
): Promise<{ likes: number; comments: number }> {
  const { people, photos, epochMs, pictures, captions, comments } = setting
  await client.query('truncate pg_temp.photo')
  await client.query(
    `insert into pg_temp.photo
     select n, pg_temp.id_at(ms, 2, n, 0), ms, floor(n * $3::float8 / $4 * pg_temp.draw(10, n) ^ 1.5), likes,
       floor(likes * 0.35 * pg_temp.draw(11, n))
     from generate_series($1::bigint, $2::bigint) n cross join lateral (select pg_temp.photo_ms(n) as ms,
       least(floor((1 - pg_temp.draw(12, n)) ^ (-1 / 1.3)) - 1, floor($3::float8 / 4), 5000)::int as likes) as drawn`,
    [...range, people, photos],
  )
  await client.query(
    `insert into all_photos (id, account_id, media_key, caption, alt_text, width, height, thumbhash, has_avif, status,
       like_count, comment_count, created_at)
     select photo.id, person.id, picture.key, ($8::text[])[1 + floor(pg_temp.draw(13, photo.n) * cardinality($8::text[]))],
       picture.alt, picture.width, picture.height, picture.thumbhash, picture.has_avif, 'ready', photo.likes, photo.comments,
       pg_temp.at_ms(photo.ms)
     from pg_temp.photo join pg_temp.person on person.n = photo.author
       join unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::bool[]) with ordinality
         as picture (key, alt, width, height, thumbhash, has_avif, at) on picture.at = 1 + photo.n % $7::bigint
     order by photo.n
     on conflict do nothing`,
    [
      pictures.map(({ mediaKey }) => mediaKey),
      pictures.map(({ altText }) => altText),
      pictures.map(({ width }) => width),
      pictures.map(({ height }) => height),
      pictures.map(({ thumbhash }) => thumbhash),
      pictures.map(({ hasAvif }) => hasAvif),
      pictures.length,
      captions,
    ],
  )
  // In strides that share no factor with the number of people: nobody likes a photo twice.
  const liked = await client.query(
    `insert into likes (photo_id, account_id, created_at)
     select photo.id, person.id, pg_temp.at_ms((photo.ms + pg_temp.draw(14, photo.n, k) ^ 3 * ($3::bigint - photo.ms))::bigint)
     from pg_temp.photo cross join lateral generate_series(1, photo.likes) k
       join pg_temp.person on person.n = (floor(pg_temp.draw(15, photo.n) * $1::bigint)::bigint + k * $2::bigint) % $1::bigint
     on conflict do nothing`,
    [people, strideAmong(people), epochMs],
  )
  const said = await client.query(
    `insert into comments (id, photo_id, account_id, text, created_at)
     select pg_temp.id_at(moment.ms, 19, photo.n, k), photo.id, person.id,
       ($3::text[])[1 + floor(pg_temp.draw(16, photo.n, k) * cardinality($3::text[]))], pg_temp.at_ms(moment.ms)
     from pg_temp.photo cross join lateral generate_series(1, photo.comments) k
       cross join lateral (select (photo.ms + pg_temp.draw(18, photo.n, k) ^ 3 * ($2::bigint - photo.ms))::bigint as ms) as moment
       join pg_temp.person on person.n = floor(pg_temp.draw(17, photo.n, k) * $1::bigint)
     on conflict do nothing`,
    [people, epochMs, comments],
  )
  return { likes: liked.rowCount ?? 0, comments: said.rowCount ?? 0 }
}

/** Makes the counters of the set's accounts equal their lists. One pass over each table. */
export async function countPeople(client: pg.ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `with following as (select follower_id as id, count(*) as number from follows group by 1),
     followers as (select followee_id as id, count(*) as number from follows group by 1),
     published as (select account_id as id, count(*) as number from photos group by 1)
     update all_accounts set photo_count = counted.photos, follower_count = counted.followers, following_count = counted.following
     from (select person.id, coalesce(published.number, 0) as photos, coalesce(followers.number, 0) as followers,
             coalesce(following.number, 0) as following
           from pg_temp.person left join published using (id) left join followers using (id) left join following using (id)) as counted
     where all_accounts.id = counted.id and (photo_count, follower_count, following_count)
       is distinct from (counted.photos, counted.followers, counted.following)`,
  )
  return rowCount ?? 0
}

/** Those with more followers than are pushed to are merged at read from the start: nobody has a list yet. */
export async function insertPulled(client: pg.ClientBase, pushMaxFollowers: number): Promise<number> {
  const { rowCount } = await client.query(
    `insert into pulled_accounts (account_id, is_announced)
     select id, true from all_accounts join pg_temp.person using (id) where follower_count > $1
     on conflict do nothing`,
    [pushMaxFollowers],
  )
  return rowCount ?? 0
}

/** As autovacuum would in time: plans fit, and indexes alone answer what they hold. One pass over each table. */
export async function analyze(client: pg.ClientBase): Promise<void> {
  await client.query('vacuum (analyze) all_accounts, follows, all_photos, likes, comments, pulled_accounts')
}

/** A prime, so that it shares a factor with the number of people only where that is a multiple of it. */
function strideAmong(people: number): number {
  return people % 7_919 === 0 ? 7_907 : 7_919
}
