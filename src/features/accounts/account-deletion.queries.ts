import { sql } from 'kysely'
import type { Writer } from '../../platform/postgres.ts'

// Hidden photos and suspended accounts are counted with, too: all of this names the tables behind the views.

/** Keeps those who like, comment on, change or render these photos waiting. Uses photos_account. */
export async function lockOwnPhotos(trx: Writer, accountId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('all_photos')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map(({ id }) => id)
}

/** Photos of others whose counters will change. Uses likes_of_account, comments_of_account, photos_pkey. */
export async function lockTouchedPhotos(trx: Writer, accountId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from all_photos
    where id in (select photo_id from likes where account_id = ${accountId}
                 union select photo_id from comments where account_id = ${accountId})
      and account_id <> ${accountId}
    order by id for no key update`.execute(trx)
  return rows.map(({ id }) => id)
}

/** Those who follow and are followed, and the account itself, in the order in which follows lock them. Uses follows_pkey, follows_followers, accounts_pkey. */
export async function lockNeighbours(trx: Writer, accountId: string) {
  const { rows } = await sql<{ id: string; username: string }>`select id, username from all_accounts
    where id in (select followee_id from follows where follower_id = ${accountId}
                 union select follower_id from follows where followee_id = ${accountId}
                 union select ${accountId}::uuid)
    order by id for no key update`.execute(trx)
  return rows
}

/** From here on nothing new can refer to the account. Undefined when it is gone already. Uses accounts_pkey. */
export function lockForDeletion(trx: Writer, accountId: string) {
  return trx
    .selectFrom('accounts')
    .select(['username', 'avatar_key'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst()
}

/** With the likes and comments on them. Uses photos_account. */
export async function deletePhotosOf(trx: Writer, accountId: string): Promise<void> {
  await trx.deleteFrom('all_photos').where('account_id', '=', accountId).execute()
}

/** Uses likes_of_account, photos_pkey. */
export async function takeBackLikes(trx: Writer, accountId: string): Promise<void> {
  await sql`with gone as (delete from likes where account_id = ${accountId} returning photo_id)
    update all_photos as photos set like_count = like_count - 1 from gone where photos.id = gone.photo_id`.execute(trx)
}

/** Uses comments_of_account, photos_pkey. */
export async function takeBackComments(trx: Writer, accountId: string): Promise<void> {
  await sql`with gone as (delete from comments where account_id = ${accountId} returning photo_id),
    counted as (select photo_id, count(*)::int as comments from gone group by photo_id)
    update all_photos as photos set comment_count = comment_count - counted.comments from counted where photos.id = counted.photo_id`.execute(
    trx,
  )
}

/** In both directions, with the counters of the other side. Uses follows_pkey, follows_followers, accounts_pkey. */
export async function takeBackFollows(trx: Writer, accountId: string): Promise<void> {
  await sql`with gone as (delete from follows where follower_id = ${accountId} or followee_id = ${accountId}
                          returning follower_id, followee_id),
    counted as (select other, count(*) filter (where was_followed)::int as followers,
                       count(*) filter (where not was_followed)::int as following
                from (select followee_id as other, true as was_followed from gone where follower_id = ${accountId}
                      union all select follower_id, false from gone where followee_id = ${accountId}) as ends
                group by other)
    update all_accounts as accounts set follower_count = follower_count - counted.followers,
                        following_count = following_count - counted.following
    from counted where accounts.id = counted.other`.execute(trx)
}

/** What else refers to it goes with it: sessions, reset links, answers. Uses accounts_pkey. */
export async function deleteAccount(trx: Writer, accountId: string): Promise<void> {
  await trx.deleteFrom('accounts').where('id', '=', accountId).execute()
}
