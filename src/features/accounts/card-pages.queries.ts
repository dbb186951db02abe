import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'

/**
 * Where an account's card stands on first pages of lists: its own photos, what it liked and commented on, who follows it and
 * whom it follows; the newest `limit` of each. Uses photos_account, likes_of_account, comments_of_account,
 * follows_following, follows_followers, accounts_pkey.
 */
export async function placesOfCard(db: Reader, accountId: string, limit: number) {
  const { rows } = await sql<{ photo_id: string | null; username: string | null }>`
    (select id as photo_id, null as username from photos where account_id = ${accountId} order by id desc limit ${limit})
    union (select photo_id, null from likes where account_id = ${accountId} order by photo_id desc limit ${limit})
    union (select photo_id, null from comments where account_id = ${accountId} order by id desc limit ${limit})
    union (select null, username from follows join accounts on id = followee_id
           where follower_id = ${accountId} order by follows.created_at desc limit ${limit})
    union (select null, username from follows join accounts on id = follower_id
           where followee_id = ${accountId} order by follows.created_at desc limit ${limit})`.execute(db)
  return {
    photoIds: rows.flatMap((row) => row.photo_id ?? []),
    usernames: rows.flatMap((row) => row.username ?? []),
  }
}
