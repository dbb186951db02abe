import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'

/**
 * Ids of the newest photos of an account and of those that it follows, newest first. Each of them gives at most `limit`,
 * so the cost grows with the number of people followed, never with what they published.
 * Uses follows_pkey or follows_following, photos_account.
 */
export async function feedIds(
  db: Reader,
  accountId: string,
  page: { before: string | null; limit: number },
): Promise<string[]> {
  const older = page.before === null ? sql`` : sql`and photos.id < ${page.before}::uuid`
  const { rows } = await sql<{ id: string }>`
    select newest.id
    from (
      select ${accountId}::uuid as account_id
      union all
      select followee_id from follows where follower_id = ${accountId}
    ) as source
    cross join lateral (
      select photos.id from photos where photos.account_id = source.account_id ${older} order by photos.id desc limit ${page.limit}
    ) as newest
    order by newest.id desc limit ${page.limit}`.execute(db)
  return rows.map(({ id }) => id)
}
