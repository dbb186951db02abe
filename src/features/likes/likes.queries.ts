import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'
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

/** Of each account the ids of at most `limit` photos that it likes, the newest photos first. Uses likes_of_account. */
export async function newestLiked(db: Reader, accountIds: readonly string[], limit: number) {
  const { rows } = await sql<{ account_id: string; ids: string[] }>`
    select account.id as account_id,
      array(select photo_id::text from likes where likes.account_id = account.id order by photo_id desc limit ${limit}) as ids
    from unnest(${accountIds}::uuid[]) as account (id)`.execute(db)
  return rows
}

/** False when it was liked already. Uses likes_pkey. */
export async function insertLike(trx: Writer, photoId: string, accountId: string): Promise<boolean> {
  const row = await trx
    .insertInto('likes')
    .values({ photo_id: photoId, account_id: accountId })
    .onConflict((conflict) => conflict.doNothing())
    .returning('photo_id')
    .executeTakeFirst()
  return row !== undefined
}

/** False when it was not liked. Uses likes_pkey. */
export async function deleteLike(trx: Writer, photoId: string, accountId: string): Promise<boolean> {
  const row = await trx
    .deleteFrom('likes')
    .where('photo_id', '=', photoId)
    .where('account_id', '=', accountId)
    .returning('photo_id')
    .executeTakeFirst()
  return row !== undefined
}

/** The photo is locked by the caller. Uses photos_pkey. */
export async function addToLikeCount(trx: Writer, photoId: string, change: 1 | -1): Promise<void> {
  await trx
    .updateTable('photos')
    .set((column) => ({ like_count: column('like_count', '+', change) }))
    .where('id', '=', photoId)
    .execute()
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
