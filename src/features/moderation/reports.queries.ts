import { sql } from 'kysely'
import type { ReportReason, ReportState } from '../../contract/moderation.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import { shownAvatar } from './moderation.queries.ts'
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
    .select(['photo_id', 'reason', 'text', 'created_at', 'resolved_at'])
    .where('photo_id', '=', photoId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
}

const isIn = (state: ReportState) => (state === 'open' ? sql`resolved_at is null` : sql`resolved_at is not null`)
/** As INSTANT_SHAPE has it. */
const instant = (column: 'max(created_at)' | 'resolved_at' | 'reports.created_at') =>
  sql`to_char(${sql.raw(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

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
    select photo_id as "photoId", ${instant('max(created_at)')} as at
    from reports where resolved_at is null group by photo_id ${further}
    order by max(created_at) desc, photo_id desc limit ${page.limit}`.execute(db)
  return rows
}

/** Photos without an open report, the one that was settled last first: each by its last report. Uses reports_settled, reports_pkey. */
export async function settledPhotos(
  db: Reader,
  page: { after: ReportPosition | null; limit: number },
): Promise<ReportPosition[]> {
  const { after } = page
  const further = after ? sql`and (resolved_at, photo_id) < (${after.at}::timestamptz, ${after.photoId}::uuid)` : sql``
  const { rows } = await sql<ReportPosition>`
    select photo_id as "photoId", ${instant('resolved_at')} as at
    from reports
    where resolved_at is not null ${further} and not exists (
      select from reports as other
      where other.photo_id = reports.photo_id
        and (other.resolved_at is null
             or (other.resolved_at, other.account_id) > (reports.resolved_at, reports.account_id)))
    order by resolved_at desc, photo_id desc limit ${page.limit}`.execute(db)
  return rows
}

type ReportRow = CardFields & {
  photo_id: string
  account_id: string
  reason: ReportReason
  text: string
  created_at: Date
  resolved_at: Date | null
}

/** All reports on a photo, newest first, with the place of each for the next page. Uses reports_pkey, accounts_pkey. */
export async function reportsOn(
  db: Reader,
  photoId: string,
  page: { after: { at: string; accountId: string } | null; limit: number },
) {
  const { after } = page
  const further = after
    ? sql`and (reports.created_at, account_id) < (${after.at}::timestamptz, ${after.accountId}::uuid)`
    : sql``
  const { rows } = await sql<ReportRow & { at: string }>`
    select photo_id, account_id, reason, text, reports.created_at, resolved_at, ${instant('reports.created_at')} as at,
           accounts.username, accounts.display_name, ${shownAvatar} as avatar_key
    from reports join all_accounts as accounts on accounts.id = account_id
    where photo_id = ${photoId} ${further}
    order by reports.created_at desc, account_id desc limit ${page.limit}`.execute(db)
  return rows
}

/** The newest of these reports on each of these photos, newest first, whoever made them. Uses reports_open or reports_pkey, accounts_pkey. */
export async function newestReports(db: Reader, photoIds: readonly string[], state: ReportState) {
  const { rows } = await sql<ReportRow>`
    select newest.*, accounts.username, accounts.display_name, ${shownAvatar} as avatar_key
    from unnest(${photoIds}::uuid[]) as listed (id)
    cross join lateral (
      select photo_id, account_id, reason, text, created_at, resolved_at from reports
      where photo_id = listed.id and ${isIn(state)} order by created_at desc limit ${SHOWN_MAX}
    ) as newest
    join all_accounts as accounts on accounts.id = newest.account_id
    order by newest.created_at desc`.execute(db)
  return rows
}

/** For each reason how many of these reports there are on these photos, the most frequent first. Uses reports_open or reports_pkey. */
export function countReasons(db: Reader, photoIds: readonly string[], state: ReportState = 'open') {
  return db
    .selectFrom('reports')
    .select(['photo_id', 'reason', (build) => build.fn.countAll<number>().as('count')])
    .where('photo_id', '=', sql<string>`any(${photoIds}::uuid[])`)
    .where('resolved_at', state === 'open' ? 'is' : 'is not', null)
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
