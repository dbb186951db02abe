import { sql, type RawBuilder } from 'kysely'
import { splitIds } from '../../platform/ids.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'

/**
 * Ids of the newest photos of an account and of those that it follows, newest first. The cost is one look into the index per
 * account followed, whatever they published. Uses follows_pkey or follows_following, photos_account.
 */
export function feedIds(
  db: Reader,
  accountId: string,
  page: { before: string | null; limit: number },
): Promise<string[]> {
  return newestOf(db, sql`select followee_id from follows where follower_id = ${accountId}`, accountId, page)
}

/** The same without accounts whose photos are merged at read. Uses also pulled_accounts_pkey. */
export function listIds(db: Reader, accountId: string, limit: number): Promise<string[]> {
  const pushed = sql`select followee_id from follows where follower_id = ${accountId}
    and not exists (select from pulled_accounts where account_id = followee_id)`
  return newestOf(db, pushed, accountId, { before: null, limit })
}

async function newestOf(
  db: Reader,
  followees: RawBuilder<unknown>,
  accountId: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<string[]> {
  // Of each account three times its share of `limit`: a row more costs less than a second look. What is older than the `limit`
  // newest of these is not on the page, so that only accounts all of whose photos here are among them can have more on it.
  const older = before === null ? sql`` : sql`and photos.id < ${before}::uuid`
  const { rows } = await sql<{ ids: string }>`
    with account as materialized (select ${accountId}::uuid as id union all ${followees}),
    share as (select least(${limit}::int, 1 + 3 * ${limit}::int / count(*)) as count from account),
    head as materialized (
      select account.id as account_id, newest.id
      from account
      cross join lateral (
        select photos.id from photos where photos.account_id = account.id ${older}
        order by photos.id desc limit (select count from share)
      ) as newest
      order by newest.id desc limit ${limit}
    ),
    further as (
      select photo.id
      from (select account_id, min(id::text)::uuid as oldest from head
            group by account_id having count(*) = (select count from share)) as account
      cross join lateral (
        select photos.id from photos
        where photos.account_id = account.account_id and photos.id < account.oldest
          and photos.id > coalesce((select id from head order by id desc offset ${limit - 1}), '00000000-0000-0000-0000-000000000000')
        order by photos.id desc limit ${limit}
      ) as photo
    )
    select array_to_string(array(
      select id from head union all select id from further order by id desc limit ${limit}
    ), ',') as ids`.execute(db)
  return splitIds(rows[0]?.ids ?? '')
}

/**
 * Of accounts that somebody follows from now on: which are merged at read, and the newest photos of the others, newest first.
 * Uses pulled_accounts_pkey, photos_account.
 */
export async function joiningIds(db: Reader, accountIds: readonly string[], limit: number) {
  const { rows } = await sql<{ ids: string; pulled: string }>`
    with account as materialized (
      select id, exists (select from pulled_accounts where account_id = id) as is_pulled from unnest(${accountIds}::uuid[]) as id
    )
    select array_to_string(array(select id from account where is_pulled), ',') as pulled,
      array_to_string(array(
        select newest.id from account cross join lateral (
          select photos.id from photos where photos.account_id = account.id order by photos.id desc limit ${limit}
        ) as newest
        where not is_pulled order by newest.id desc limit ${limit}
      ), ',') as ids`.execute(db)
  const [{ ids, pulled } = { ids: '', pulled: '' }] = rows
  return { ids: splitIds(ids), pulled: splitIds(pulled) }
}

/** Whom the account follows of those that are merged at read. Uses follows_pkey, pulled_accounts_pkey. */
export async function pulledFollowees(db: Reader, accountId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('pulled_accounts')
    .innerJoin('follows', 'follows.followee_id', 'pulled_accounts.account_id')
    .select('pulled_accounts.account_id')
    .where('follows.follower_id', '=', accountId)
    .execute()
  return rows.map((row) => row.account_id)
}

/** Uses accounts_pkey, pulled_accounts_pkey. */
export function fanOutState(db: Reader, accountId: string) {
  return db
    .selectFrom('accounts')
    .leftJoin('pulled_accounts', 'pulled_accounts.account_id', 'accounts.id')
    .select(['accounts.follower_count', 'pulled_accounts.is_announced'])
    .where('accounts.id', '=', accountId)
    .executeTakeFirst()
}

export async function insertPulled(trx: Writer, accountId: string): Promise<void> {
  await trx
    .insertInto('pulled_accounts')
    .values({ account_id: accountId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Uses pulled_accounts_pkey. */
export async function markAnnounced(trx: Writer, accountId: string): Promise<void> {
  await trx.updateTable('pulled_accounts').set({ is_announced: true }).where('account_id', '=', accountId).execute()
}

/** Where the next batch of followers begins; microseconds kept, which a Date would cut off. */
export interface FollowerPosition {
  createdAt: string
  followerId: string
}

/** Newest followers first. Uses follows_followers. */
export async function followersAfter(
  db: Reader,
  accountId: string,
  page: { after: FollowerPosition | null; limit: number },
): Promise<FollowerPosition[]> {
  const { after } = page
  return db
    .selectFrom('follows')
    .select(['follower_id as followerId', sql<string>`created_at::text`.as('createdAt')])
    .where('followee_id', '=', accountId)
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(created_at, follower_id) < (${after?.createdAt}::timestamptz, ${after?.followerId}::uuid)`,
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('follower_id', 'desc')
    .limit(page.limit)
    .execute()
}
