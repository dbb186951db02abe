import type { OpsPhoto } from '../../contract/moderation.ts'
import { urlsOfPhoto } from '../../contract/public-pages.ts'
import type { AfterCommit, Database } from '../../platform/consistency.ts'
import type { Events } from '../../platform/events.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import type { ViewerAccount } from '../../platform/viewer.ts'
import { profiles } from '../accounts/accounts.service.ts'
import type { FeedUpdates } from '../feed/feed-updates.service.ts'
import { photoCard, touchPhotos } from '../photos/photo-cards.service.ts'
import { addToPhotoCount, holdAnyPhoto, settleMedia } from '../photos/photos.service.ts'
import * as queries from './moderation.queries.ts'
import { noteOperatorAct } from './operator-acts.service.ts'
import { resolveReports } from './reports.queries.ts'

export type Moderation = ReturnType<typeof createModeration>

/** These photos as operators see them, in this order; those that do not exist are left out. Cost: one query. */
export async function loadOpsPhotos(db: Reader, ids: readonly string[]): Promise<OpsPhoto[]> {
  if (ids.length === 0) return []
  const rows = new Map((await queries.opsPhotoRows(db, ids)).map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = rows.get(id)
    return row ? [opsPhoto(row)] : []
  })
}

function opsPhoto(row: queries.OpsPhotoRow): OpsPhoto {
  const card = photoCard(row)
  const isOutOfSight = row.hidden_at !== null || row.is_withheld
  return {
    card: isOutOfSight ? { ...card, renditions: null } : card,
    hidden: row.hidden_at === null ? null : { reason: row.hidden_reason ?? '', hiddenAt: row.hidden_at.toISOString() },
    isAuthorSuspended: row.is_withheld,
    openReportCount: row.open_report_count ?? 0,
    reportCount: row.report_count ?? 0,
    picture: row.status === 'ready' ? `/api/ops/photos/${row.id}/picture` : null,
  }
}

export interface ModerationDeps {
  db: Database
  feeds: Pick<FeedUpdates, 'removed' | 'settled'>
  events: Events
}

export function createModeration({ db, feeds, events }: ModerationDeps) {
  /** Hiding ends the photo's open reports. Hiding again replaces the reason. @throws AppError photo.not_found, photo.gone */
  async function hide(operator: ViewerAccount, id: string, reason: string): Promise<OpsPhoto> {
    return db.write(operator.id, async (trx, after) => {
      await hideWithin(trx, after, operator, { id, reason })
      return requireOpsPhoto(trx, id)
    })
  }

  /** As part of the caller's transaction. The photo leaves its author's counter: it is in no list. */
  async function hideWithin(
    trx: Writer,
    after: AfterCommit,
    operator: ViewerAccount,
    { id, reason }: { id: string; reason: string },
  ): Promise<void> {
    const photo = await holdAnyPhoto(trx, id)
    await queries.hidePhoto(trx, id, reason)
    await resolveReports(trx, id)
    await noteOperatorAct(trx, operator, { act: 'photo.hide', target: id, reason })
    if (photo.hidden_at !== null) return
    await addToPhotoCount(trx, photo.account_id, -1)
    await settleMedia(trx, [id])
    await feeds.removed(trx, photo.account_id, [id])
    touchPhotos(after, photo.account_id, [id])
    after.touch(profiles, photo.account_id)
    after.rewrite(urlsOfPhoto(photo), 'surely')
    after.run(async () => events.note('photo.hidden', { photoId: id, accountId: operator.id }))
  }

  /** Shown again, unless its author is suspended. Showing what is not hidden changes nothing. @throws AppError photo.not_found, photo.gone */
  async function show(operator: ViewerAccount, id: string): Promise<OpsPhoto> {
    return db.write(operator.id, async (trx, after) => {
      const photo = await holdAnyPhoto(trx, id)
      if (photo.hidden_at === null) return requireOpsPhoto(trx, id)
      await queries.showPhoto(trx, id)
      await addToPhotoCount(trx, photo.account_id, 1)
      await settleMedia(trx, [id])
      // What is rendered later reaches the feeds by itself.
      if (photo.status !== 'processing') await feeds.settled(trx, photo.account_id, id, photo.status)
      await noteOperatorAct(trx, operator, { act: 'photo.show', target: id })
      touchPhotos(after, photo.account_id, [id])
      after.touch(profiles, photo.account_id)
      after.rewrite(urlsOfPhoto(photo), 'surely')
      after.run(async () => events.note('photo.shown', { photoId: id, accountId: operator.id }))
      return requireOpsPhoto(trx, id)
    })
  }

  return { hide, hideWithin, show }
}

/** The caller holds the photo's row. */
export async function requireOpsPhoto(db: Reader, id: string): Promise<OpsPhoto> {
  const [photo] = await loadOpsPhotos(db, [id])
  if (!photo) throw new Error(`photo ${id} left while it was held`)
  return photo
}
