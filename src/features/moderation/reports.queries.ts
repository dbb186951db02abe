import { sql } from 'kysely'
import type { ReportReason } from '../../contract/moderation.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import type { CardFields } from '../accounts/accounts.service.ts'

/** How many reports on one photo are shown in full. */
const SHOWN_MAX = 5

/** Whether it is the account's first on this photo. Uses reports_pkey. */
export async function insertReport(
  trx: Writer,
  report: { photo_id: string; account_id: string; reason: ReportReason; text: string },
): Promise<boolean> {
  const row = await trx
    .insertInto('reports')
    .values(report)
    .onConflict((conflict) => conflict.doNothing())
    .returning('photo_id')
    .executeTakeFirst()
  return row !== undefined
}

/** Uses reports_pkey. */
export function findReport(db: Reader, photoId: string, accountId: string) {
  return db
    .selectFrom('reports')
    .select(['photo_id', 'reason', 'text', 'created_at'])
    .where('photo_id', '=', photoId)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
}

/** Microseconds: a JavaScript Date would cut them off, and a page would repeat what it ended with. */
export interface ReportPosition {
  at: string
  photoId: string
}

/** Photos with open reports, the one that was reported last first. Reads all of reports_open, which holds what operators have still to look at. */
export async function reportedPhotos(
  db: Reader,
  page: { after: ReportPosition | null; limit: number },
): Promise<ReportPosition[]> {
  const { after } = page
  const further = after
    ? sql`having (max(created_at), photo_id) < (${after.at}::timestamptz, ${after.photoId}::uuid)`
    : sql``
  const { rows } = await sql<ReportPosition>`
    select photo_id as "photoId",
           to_char(max(created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from reports where resolved_at is null group by photo_id ${further}
    order by max(created_at) desc, photo_id desc limit ${page.limit}`.execute(db)
  return rows
}

/** The newest open reports on each of these photos, newest first, whoever made them. Uses reports_open, all_accounts. */
export async function newestReports(db: Reader, photoIds: readonly string[]) {
  const { rows } = await sql<CardFields & { photo_id: string; reason: ReportReason; text: string; created_at: Date }>`
    select newest.*, accounts.username, accounts.display_name, accounts.avatar_key
    from unnest(${photoIds}::uuid[]) as listed (id)
    cross join lateral (
      select photo_id, account_id, reason, text, created_at from reports
      where photo_id = listed.id and resolved_at is null order by created_at desc limit ${SHOWN_MAX}
    ) as newest
    join all_accounts as accounts on accounts.id = newest.account_id
    order by newest.created_at desc`.execute(db)
  return rows
}

/** For each reason how many open reports there are on these photos, the most frequent first. Uses reports_open. */
export function countReasons(db: Reader, photoIds: readonly string[]) {
  return db
    .selectFrom('reports')
    .select(['photo_id', 'reason', (build) => build.fn.countAll<number>().as('count')])
    .where('photo_id', '=', sql<string>`any(${photoIds}::uuid[])`)
    .where('resolved_at', 'is', null)
    .groupBy(['photo_id', 'reason'])
    .orderBy('count', 'desc')
    .orderBy('reason')
    .execute()
}

/** How many it ends. Uses reports_open. */
export async function resolveReports(trx: Writer, photoId: string): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('reports')
    .set({ resolved_at: sql<Date>`now()` })
    .where('photo_id', '=', photoId)
    .where('resolved_at', 'is', null)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
