import type { OpsAccount } from '../../contract/moderation.ts'
import { urlsOfAccount, urlsTouched } from '../../contract/public-pages.ts'
import type { AfterCommit, Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import { enqueue } from '../../platform/jobs.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import type { ViewerAccount } from '../../platform/viewer.ts'
import { accountIds, notFound, ownAccount, touchAccounts } from '../accounts/accounts.service.ts'
import type { Sessions } from '../accounts/sessions.service.ts'
import { endAllSessions } from '../accounts/sign-in.service.ts'
import { touchPhotos } from '../photos/photo-cards.service.ts'
import { settleMedia } from '../photos/photos.service.ts'
import { loadOpsPhotos } from './moderation.service.ts'
import { noteOperatorAct } from './operator-acts.service.ts'
import * as queries from './suspensions.queries.ts'

export type Suspensions = ReturnType<typeof createSuspensions>

const RECENT_PHOTOS = 12
/** Whoever was signed in may have a request under way; an upload is answered within this. */
const IN_FLIGHT_MS = 65_000

/** An account as operators see it, suspended or not. @throws AppError account.not_found */
export async function loadOpsAccount(db: Reader, username: string): Promise<OpsAccount> {
  const row = await queries.findAnyAccount(db, username.toLowerCase())
  if (!row) throw notFound(username)
  return {
    ...ownAccount(row),
    suspended:
      row.suspended_at === null
        ? null
        : { reason: row.suspended_reason ?? '', suspendedAt: row.suspended_at.toISOString() },
    sessionCount: row.session_count,
    openReportCount: row.open_report_count,
    reportCount: row.report_count,
    hiddenPhotoCount: row.hidden_photo_count,
    photos: await loadOpsPhotos(db, await queries.anyPhotoIdsOf(db, row.id, { limit: RECENT_PHOTOS })),
  }
}

/** Ids of its photos, newest first, whoever else may see them. @throws AppError account.not_found */
export async function opsPhotoIdsOf(
  db: Reader,
  username: string,
  page: { before: string | null; limit: number; isHiddenOnly: boolean },
): Promise<string[]> {
  const row = await queries.findAnyAccountId(db, username.toLowerCase())
  if (!row) throw notFound(username)
  return queries.anyPhotoIdsOf(db, row.id, page)
}

export interface SuspensionsDeps {
  sessions: Pick<Sessions, 'write'>
  db: Database
  events: Events
}

export function createSuspensions({ sessions, db, events }: SuspensionsDeps) {
  /**
   * When this resolves the account is signed out everywhere and it and its photos are in no list; its files, likes, comments
   * and follows leave by jobs of the same transaction. Again: the reason is replaced. @throws AppError account.not_found, account.is_operator
   */
  async function suspend(operator: ViewerAccount, username: string, reason: string): Promise<OpsAccount> {
    const id = await find(username)
    const account = await sessions.write(operator.id, async (trx, ended, after) => {
      const photoIds = await queries.lockPhotosOf(trx, id)
      const account = await queries.lockAnyAccount(trx, id)
      if (!account) throw notFound(username)
      if (account.role === 'operator') throw new AppError('account.is_operator', 'Take the role away first.')
      await queries.suspendAccount(trx, id, reason)
      if (account.suspended_at === null) {
        await queries.setPhotosWithheld(trx, id, true)
        await settle(trx, after, account, photoIds)
        await enqueue(trx, 'account.settle', { accountId: id }, { runAtMs: Date.now() + IN_FLIGHT_MS })
      }
      ended.add(await endAllSessions(trx, id))
      await noteOperatorAct(trx, operator, { act: 'account.suspend', target: account.username, reason })
      return loadOpsAccount(trx, account.username)
    })
    events.note('account.suspended', { accountId: id })
    return account
  }

  /** Everything comes back as it was, what was hidden by itself stays hidden. @throws AppError account.not_found */
  async function restore(operator: ViewerAccount, username: string): Promise<OpsAccount> {
    const id = await find(username)
    const account = await db.write(operator.id, async (trx, after) => {
      const photoIds = await queries.lockPhotosOf(trx, id)
      const account = await queries.lockAnyAccount(trx, id)
      if (!account) throw notFound(username)
      if (account.suspended_at !== null) {
        await queries.restoreAccount(trx, id)
        await queries.setPhotosWithheld(trx, id, false)
        await settle(trx, after, account, photoIds)
        await noteOperatorAct(trx, operator, { act: 'account.restore', target: account.username })
      }
      return loadOpsAccount(trx, account.username)
    })
    events.note('account.restored', { accountId: id })
    return account
  }

  /** Primary: the account may have been made or suspended a moment ago. */
  async function find(username: string): Promise<string> {
    const row = await db.readPrimary((db) => queries.findAnyAccountId(db, username.toLowerCase()))
    if (!row) throw notFound(username)
    return row.id
  }

  return { suspend, restore }
}

/** Whatever shows the account or a photo of it is read anew; the rest, which may be much, follows by jobs. */
async function settle(
  trx: Writer,
  after: AfterCommit,
  { id, username }: { id: string; username: string },
  photoIds: readonly string[],
): Promise<void> {
  after.touch(accountIds, username)
  // What a search finds.
  after.outdate()
  touchAccounts(after, id)
  touchPhotos(after, id, photoIds)
  after.rewrite([...urlsOfAccount({ username }), ...urlsTouched(photoIds, [])], 'surely')
  await settleMedia(trx, photoIds)
  await enqueue(trx, 'account.settle_avatar', { accountId: id })
  await enqueue(trx, 'account.settle', { accountId: id })
}
