import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'
import { CARD_COLUMNS } from '../accounts/accounts.service.ts'

/** Both rows in the order that everybody keeps, so that two people who follow each other at once do not wait for each other. Uses accounts_pkey, accounts_username_prefix. */
export function lockBoth(trx: Writer, id: string, username: string) {
  return trx
    .selectFrom('accounts')
    .select(['id', 'username', 'follower_count'])
    .where((row) => row.or([row('id', '=', id), row('username', '=', username)]))
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** Whether it was new. Uses follows_pkey. */
export async function insertFollow(trx: Writer, followerId: string, followeeId: string): Promise<boolean> {
  const row = await trx
    .insertInto('follows')
    .values({ follower_id: followerId, followee_id: followeeId })
    .onConflict((conflict) => conflict.doNothing())
    .returning('follower_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Whether it was there. Uses follows_pkey. */
export async function deleteFollow(trx: Writer, followerId: string, followeeId: string): Promise<boolean> {
  const row = await trx
    .deleteFrom('follows')
    .where('follower_id', '=', followerId)
    .where('followee_id', '=', followeeId)
    .returning('follower_id')
    .executeTakeFirst()
  return row !== undefined
}

/** On both sides, whose rows are locked. Uses accounts_pkey. */
export async function addToCounts(trx: Writer, followerId: string, followeeId: string, change: 1 | -1): Promise<void> {
  const changeOf = (id: string) => sql<number>`case when id = ${id} then ${change}::int else 0 end`
  await trx
    .updateTable('accounts')
    .set((column) => ({
      following_count: column('following_count', '+', changeOf(followerId)),
      follower_count: column('follower_count', '+', changeOf(followeeId)),
    }))
    .where('id', 'in', [followerId, followeeId])
    .execute()
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
