import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'

/** Of each account the ids of at most `limit` accounts that it follows, the newest follow first, with commas between. Uses follows_following. */
export async function newestFollowees(db: Reader, accountIds: readonly string[], limit: number) {
  const { rows } = await sql<{ account_id: string; ids: string }>`
    select account.id as account_id,
      array_to_string(array(select followee_id from follows where follower_id = account.id
                            order by created_at desc, followee_id desc limit ${limit}), ',') as ids
    from unnest(${accountIds}::uuid[]) as account (id)`.execute(db)
  return rows
}

/** Which of these accounts the follower follows. Uses follows_pkey. */
export async function followeesAmong(
  db: Reader,
  followerId: string,
  accountIds: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('follows')
    .select('followee_id')
    .where('follower_id', '=', followerId)
    .where('followee_id', '=', sql<string>`any(${accountIds}::uuid[])`)
    .execute()
  return new Set(rows.map((row) => row.followee_id))
}
