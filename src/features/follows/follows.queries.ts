import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'
import { CARD_COLUMNS } from '../accounts/accounts.service.ts'

/**
 * Makes or takes back a follow and counts it on both sides. Both rows are locked in the order that everybody keeps, so that two
 * people who follow each other at once do not wait for each other. Undefined when there is no such account to follow; `isBoth`:
 * the follower's own is there too, and the two are not one. Uses accounts_pkey, accounts_username_prefix, follows_pkey.
 */
export async function setFollow(db: Reader, followerId: string, username: string, follows: boolean) {
  const change = follows
    ? sql`insert into follows (follower_id, followee_id) select ${followerId}::uuid, id from followee where is_both
        on conflict do nothing returning followee_id`
    : sql`delete from follows using followee
        where follower_id = ${followerId} and followee_id = followee.id and is_both returning followee_id`
  const { rows } = await sql<{ id: string; follower_count: number; isBoth: boolean; isChange: boolean }>`
    with locked as materialized (
      select id, username, follower_count from accounts where id = ${followerId} or username = ${username}
      order by id for no key update
    ), followee as (
      select id, follower_count, (select count(*) from locked) = 2 as is_both from locked where username = ${username}
    ), changed as (${change}), counted as (
      update accounts set
        following_count = following_count + case when accounts.id = followee_id then 0 else ${follows ? 1 : -1}::int end,
        follower_count = accounts.follower_count + case when accounts.id = followee_id then ${follows ? 1 : -1}::int else 0 end
      from changed where accounts.id in (followee_id, ${followerId}) returning accounts.id, accounts.follower_count
    )
    select id, coalesce((select follower_count from counted where counted.id = followee.id), follower_count) as follower_count,
      is_both as "isBoth", exists (select from changed) as "isChange"
    from followee`.execute(db)
  return rows[0]
}

export interface FollowPosition {
  createdAt: string
  accountId: string
}
export type FollowRow = Awaited<ReturnType<typeof listFollows>>[number]

/**
 * Newest first: who follows the account (`followers`) or whom it follows (`following`), from after `position` on.
 * `position` has microseconds, which a JavaScript Date would cut off. Uses follows_followers or follows_following, accounts_pkey.
 */
export function listFollows(
  db: Reader,
  accountId: string,
  side: 'followers' | 'following',
  page: { after: FollowPosition | null; limit: number },
) {
  const own = side === 'followers' ? 'follows.followee_id' : 'follows.follower_id'
  const other = side === 'followers' ? 'follows.follower_id' : 'follows.followee_id'
  const { after } = page
  return db
    .selectFrom('follows')
    .innerJoin('accounts', 'accounts.id', other)
    .select(CARD_COLUMNS)
    .select('accounts.id')
    .select(sql<string>`to_char(follows.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('position'))
    .where(own, '=', accountId)
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(follows.created_at, ${sql.ref(other)}) < (${after?.createdAt}::timestamptz, ${after?.accountId}::uuid)`,
      ),
    )
    .orderBy('follows.created_at', 'desc')
    .orderBy(other, 'desc')
    .limit(page.limit)
    .execute()
}
