import { sql } from 'kysely'
import type { AccountsTable, CommentsTable, FollowsTable, LikesTable, PhotosTable } from '../tables.ts'
import type { Reader, Writer } from '../../src/platform/postgres.ts'

type Row<Table, Column extends keyof Table> = {
  [Name in Column]: Table[Name] extends string | null ? Table[Name] : string
}
export type NewAccount = Row<AccountsTable, 'id' | 'username' | 'password_hash' | 'avatar_key'> & {
  display_name: string
  bio: string
  created_at: string
}
export type NewFollow = Row<FollowsTable, 'follower_id' | 'followee_id'> & { created_at: string }
export type NewPhoto = Pick<PhotosTable, 'id' | 'account_id' | 'media_key' | 'width' | 'height' | 'thumbhash'> & {
  caption: string
  alt_text: string
  has_avif: boolean
  created_at: string
}
export type NewLike = Row<LikesTable, 'photo_id' | 'account_id'> & { created_at: string }
export type NewComment = Pick<CommentsTable, 'id' | 'photo_id' | 'account_id' | 'text'> & { created_at: string }

/** Accounts whose ids end so. Reads the whole table: tails of ids are in no index, and only a seed asks. */
export async function accountsByTail(db: Reader, tails: readonly string[]) {
  const { rows } = await sql<{ id: string; tail: string; username: string; avatar_key: string | null }>`
    select id, substring(id::text from 15) as tail, username, avatar_key from accounts
    where substring(id::text from 15) = any(${tails})`.execute(db)
  return rows
}

/** Which of these usernames somebody has. Uses accounts_username_key. */
export async function takenUsernames(db: Reader, usernames: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts')
    .select('username')
    .where('username', '=', sql<string>`any(${usernames})`)
    .execute()
  return rows.map(({ username }) => username)
}

/** Which of these photos exist, whose they are and where their files are. Uses photos_pkey. */
export function photosAmong(db: Reader, ids: readonly string[]) {
  return db.selectFrom('photos').select(['id', 'account_id', 'media_key']).where('id', '=', anyId(ids)).execute()
}

/** Which of these photos were deleted. Uses gone_photos_pkey. */
export async function goneAmong(db: Reader, ids: readonly string[]): Promise<string[]> {
  const rows = await db.selectFrom('gone_photos').select('id').where('id', '=', anyId(ids)).execute()
  return rows.map(({ id }) => id)
}

/** Each insert leaves out what is there already and answers how many rows were new. */
export function insertAccounts(trx: Writer, rows: readonly NewAccount[]): Promise<number> {
  return countOf(
    sql`insert into accounts (id, username, display_name, bio, password_hash, avatar_key, created_at)
    select * from unnest(${column(rows, 'id')}::uuid[], ${column(rows, 'username')}::text[],
      ${column(rows, 'display_name')}::text[], ${column(rows, 'bio')}::text[], ${column(rows, 'password_hash')}::text[],
      ${column(rows, 'avatar_key')}::text[], ${column(rows, 'created_at')}::timestamptz[])
    on conflict do nothing`.execute(trx),
  )
}

export function insertFollows(trx: Writer, rows: readonly NewFollow[]): Promise<number> {
  return countOf(
    sql`insert into follows (follower_id, followee_id, created_at)
    select * from unnest(${column(rows, 'follower_id')}::uuid[], ${column(rows, 'followee_id')}::uuid[],
      ${column(rows, 'created_at')}::timestamptz[])
    on conflict do nothing`.execute(trx),
  )
}

export function insertPhotos(trx: Writer, rows: readonly NewPhoto[]): Promise<number> {
  return countOf(
    sql`insert into photos
      (id, account_id, media_key, caption, alt_text, width, height, thumbhash, has_avif, created_at, status)
    select *, 'ready' from unnest(${column(rows, 'id')}::uuid[], ${column(rows, 'account_id')}::uuid[],
      ${column(rows, 'media_key')}::text[], ${column(rows, 'caption')}::text[], ${column(rows, 'alt_text')}::text[],
      ${column(rows, 'width')}::int[], ${column(rows, 'height')}::int[], ${column(rows, 'thumbhash')}::text[],
      ${column(rows, 'has_avif')}::boolean[], ${column(rows, 'created_at')}::timestamptz[])
    on conflict do nothing`.execute(trx),
  )
}

export function insertLikes(trx: Writer, rows: readonly NewLike[]): Promise<number> {
  return countOf(
    sql`insert into likes (photo_id, account_id, created_at)
    select * from unnest(${column(rows, 'photo_id')}::uuid[], ${column(rows, 'account_id')}::uuid[],
      ${column(rows, 'created_at')}::timestamptz[])
    on conflict do nothing`.execute(trx),
  )
}

export function insertComments(trx: Writer, rows: readonly NewComment[]): Promise<number> {
  return countOf(
    sql`insert into comments (id, photo_id, account_id, text, created_at)
    select * from unnest(${column(rows, 'id')}::uuid[], ${column(rows, 'photo_id')}::uuid[],
      ${column(rows, 'account_id')}::uuid[], ${column(rows, 'text')}::text[], ${column(rows, 'created_at')}::timestamptz[])
    on conflict do nothing`.execute(trx),
  )
}

/** Nobody else changes what they count until the transaction ends. Uses photos_pkey. */
export async function lockPhotos(trx: Writer, ids: readonly string[]): Promise<void> {
  await trx.selectFrom('photos').select('id').where('id', '=', anyId(ids)).orderBy('id').forNoKeyUpdate().execute()
}

/** Uses accounts_pkey. */
export async function lockAccounts(trx: Writer, ids: readonly string[]): Promise<void> {
  await trx.selectFrom('accounts').select('id').where('id', '=', anyId(ids)).orderBy('id').forNoKeyUpdate().execute()
}

/** Uses likes_of_photo, comments_of_photo. Answers how many counts were wrong. */
export function recountPhotos(trx: Writer, ids: readonly string[]): Promise<number> {
  return countOf(
    sql`update photos set like_count = counted.likes, comment_count = counted.comments
    from (select id, (select count(*) from likes where photo_id = listed.id) as likes,
                     (select count(*) from comments where photo_id = listed.id) as comments
          from unnest(${ids}::uuid[]) as listed (id)) as counted
    where photos.id = counted.id and (like_count, comment_count) is distinct from (counted.likes, counted.comments)`.execute(
      trx,
    ),
  )
}

/** Uses photos_account, follows_followers, follows_pkey. Answers how many accounts had a wrong count. */
export function recountAccounts(trx: Writer, ids: readonly string[]): Promise<number> {
  return countOf(
    sql`update accounts
    set photo_count = counted.photos, follower_count = counted.followers, following_count = counted.following
    from (select id, (select count(*) from photos where account_id = listed.id) as photos,
                     (select count(*) from follows where followee_id = listed.id) as followers,
                     (select count(*) from follows where follower_id = listed.id) as following
          from unnest(${ids}::uuid[]) as listed (id)) as counted
    where accounts.id = counted.id and (photo_count, follower_count, following_count)
      is distinct from (counted.photos, counted.followers, counted.following)`.execute(trx),
  )
}

/** Fresh statistics: a planner that thinks the tables empty chooses badly. */
export async function analyzeTables(db: Reader): Promise<void> {
  for (const table of ['all_accounts', 'follows', 'all_photos', 'likes', 'comments']) {
    await sql`analyze ${sql.table(table)}`.execute(db)
  }
}

function anyId(ids: readonly string[]) {
  return sql<string>`any(${ids}::uuid[])`
}

function column<Item, Key extends keyof Item>(rows: readonly Item[], key: Key): Item[Key][] {
  return rows.map((row) => row[key])
}

async function countOf(result: Promise<{ numAffectedRows?: bigint }>): Promise<number> {
  return Number((await result).numAffectedRows ?? 0n)
}
