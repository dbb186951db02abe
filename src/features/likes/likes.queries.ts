import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'
import { CARD_COLUMNS } from '../accounts/accounts.service.ts'

/** Which of these photos the account likes. Uses likes_pkey. */
export async function likedPhotoIds(db: Reader, accountId: string, photoIds: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('likes')
    .select('photo_id')
    .where('photo_id', '=', sql<string>`any(${photoIds}::uuid[])`)
    .where('account_id', '=', accountId)
    .execute()
  return rows.map((row) => row.photo_id)
}

/** Of each account the ids of at most `limit` photos that it likes, the newest photos first, with commas between. Uses likes_of_account. */
export async function newestLiked(db: Reader, accountIds: readonly string[], limit: number) {
  const { rows } = await sql<{ account_id: string; ids: string }>`
    select account.id as account_id,
      array_to_string(array(select photo_id from likes where likes.account_id = account.id
                            order by photo_id desc limit ${limit}), ',') as ids
    from unnest(${accountIds}::uuid[]) as account (id)`.execute(db)
  return rows
}

/**
 * Makes or takes back a like and counts it, under the photo's lock: only a row that came or went is counted. Undefined when
 * there is no such photo to be seen. Uses photos_pkey, likes_pkey, accounts_pkey.
 */
export async function setLike(db: Reader, photoId: string, accountId: string, liked: boolean) {
  const change = liked
    ? sql`insert into likes (photo_id, account_id) select id, ${accountId}::uuid from photo on conflict do nothing returning photo_id`
    : sql`delete from likes using photo where photo_id = photo.id and likes.account_id = ${accountId} returning photo_id`
  const { rows } = await sql<{ id: string; username: string; like_count: number; is_changed: boolean }>`
    with photo as materialized (
      select id, account_id, like_count, (select username from accounts where accounts.id = account_id) as username
      from photos where id = ${photoId} for no key update
    ), changed as (${change}), counted as (
      update photos set like_count = photos.like_count + ${liked ? 1 : -1}::int
      from changed where photos.id = photo_id returning photos.like_count
    )
    select id, username, coalesce((select like_count from counted), like_count) as like_count,
      exists (select from changed) as is_changed
    from photo`.execute(db)
  return rows[0]
}

/** Who likes a photo, newest first, and whether the viewer follows them. Uses likes_of_photo, accounts_pkey, follows_pkey. */
export function likersOf(
  db: Reader,
  photoId: string,
  page: { viewerId: string | null; before: { at: string; accountId: string } | null; limit: number },
) {
  return db
    .selectFrom('likes')
    .innerJoin('accounts', 'accounts.id', 'likes.account_id')
    .leftJoin('follows', (join) =>
      join.onRef('follows.followee_id', '=', 'likes.account_id').on('follows.follower_id', '=', page.viewerId),
    )
    .select([
      'likes.account_id',
      ...CARD_COLUMNS,
      sql<string>`to_char(likes.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('liked_at'),
      sql<boolean>`follows.follower_id is not null`.as('is_followed'),
    ])
    .where('likes.photo_id', '=', photoId)
    .$if(page.before !== null, (query) =>
      query.where(
        sql<boolean>`(likes.created_at, likes.account_id) < (${page.before?.at}::timestamptz, ${page.before?.accountId}::uuid)`,
      ),
    )
    .orderBy('likes.created_at', 'desc')
    .orderBy('likes.account_id', 'desc')
    .limit(page.limit)
    .execute()
}
