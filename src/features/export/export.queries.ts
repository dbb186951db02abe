import { sql } from 'kysely'
import type { Reader, Writer } from '../../platform/postgres.ts'

/** Uses data_exports_pkey. */
export function findExport(db: Reader, accountId: string) {
  return db.selectFrom('data_exports').selectAll().where('account_id', '=', accountId).executeTakeFirst()
}

/** Uses data_exports_id_key. */
export function findExportById(db: Reader, id: string) {
  return db.selectFrom('data_exports').selectAll().where('id', '=', id).executeTakeFirst()
}

/** In the place of one that is over; false when one is running already. Uses data_exports_pkey. */
export async function insertExport(trx: Writer, id: string, accountId: string): Promise<boolean> {
  const { rows } = await sql`insert into data_exports (account_id, id, status) values (${accountId}, ${id}, 'running')
    on conflict (account_id) do update
      set id = excluded.id, status = 'running', done = 0, total = 0, size_bytes = null, created_at = now(), expires_at = null
      where data_exports.status <> 'running'
    returning id`.execute(trx)
  return rows.length > 0
}

/** Uses data_exports_id_key. */
export async function noteProgress(trx: Writer, id: string, progress: { done: number; total: number }): Promise<void> {
  await trx.updateTable('data_exports').set(progress).where('id', '=', id).where('status', '=', 'running').execute()
}

/** False when nobody waits for it any more. Uses data_exports_id_key. */
export async function endExport(
  trx: Writer,
  id: string,
  end: { status: 'ready'; size_bytes: number; expires_at: Date } | { status: 'failed' },
): Promise<boolean> {
  const row = await trx
    .updateTable('data_exports')
    .set(end)
    .where('id', '=', id)
    .where('status', '=', 'running')
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Those that ran out, and those whose last attempt was killed. Reads the whole table: a row for each download of the last day. */
export async function sweepExports(trx: Writer, runningSinceBefore: Date): Promise<void> {
  await trx
    .deleteFrom('data_exports')
    .where((where) =>
      where.or([
        where('expires_at', '<', sql<Date>`now()`),
        where.and([where('status', '<>', 'ready'), where('created_at', '<', runningSinceBefore)]),
      ]),
    )
    .execute()
}

/** Uses data_exports_id_key. */
export async function exportsAmong(db: Reader, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('data_exports')
    .select('id')
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

// What an account has here, page by page, each ordered by its last argument. Hidden photos are still their author's.

/** Uses accounts_pkey. */
export function accountData(db: Reader, accountId: string) {
  return db
    .selectFrom('all_accounts')
    .select(['username', 'display_name', 'bio', 'role', 'created_at'])
    .where('id', '=', accountId)
    .executeTakeFirst()
}

/** Uses photos_account. */
export async function countPhotos(db: Reader, accountId: string): Promise<number> {
  const row = await db
    .selectFrom('all_photos')
    .select((build) => build.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Uses photos_account. */
export function photosData(db: Reader, accountId: string, after: string, limit: number) {
  return db
    .selectFrom('all_photos')
    .select(['id', 'media_key', 'caption', 'alt_text', 'width', 'height', 'status', 'like_count', 'comment_count'])
    .select(['created_at', 'hidden_at', 'hidden_reason'])
    .where('account_id', '=', accountId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Uses comments_of_account. */
export function commentsData(db: Reader, accountId: string, after: string, limit: number) {
  return db
    .selectFrom('comments')
    .select(['id', 'photo_id', 'text', 'created_at'])
    .where('account_id', '=', accountId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Uses likes_of_account. */
export function likesData(db: Reader, accountId: string, after: string, limit: number) {
  return db
    .selectFrom('likes')
    .select(['photo_id as id', 'created_at'])
    .where('account_id', '=', accountId)
    .where('photo_id', '>', after)
    .orderBy('photo_id')
    .limit(limit)
    .execute()
}

/** Whom the account follows (`following`) or who follows it. Uses follows_pkey or follows_followers, accounts_pkey. */
export function followsData(
  db: Reader,
  accountId: string,
  side: 'followers' | 'following',
  after: string,
  limit: number,
) {
  const own = side === 'followers' ? 'follows.followee_id' : 'follows.follower_id'
  const other = side === 'followers' ? 'follows.follower_id' : 'follows.followee_id'
  return db
    .selectFrom('follows')
    .innerJoin('accounts', 'accounts.id', other)
    .select(['accounts.id', 'accounts.username', 'follows.created_at'])
    .where(own, '=', accountId)
    .where(other, '>', after)
    .orderBy(other)
    .limit(limit)
    .execute()
}

/** Uses reports_of_account. */
export function reportsData(db: Reader, accountId: string, after: string, limit: number) {
  return db
    .selectFrom('reports')
    .select(['photo_id as id', 'reason', 'text', 'created_at'])
    .where('account_id', '=', accountId)
    .where('photo_id', '>', after)
    .orderBy('photo_id')
    .limit(limit)
    .execute()
}

/** Uses sessions_account. */
export function sessionsData(db: Reader, accountId: string, after: string, limit: number) {
  return db
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'created_at', 'last_seen_at'])
    .where('account_id', '=', accountId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}
