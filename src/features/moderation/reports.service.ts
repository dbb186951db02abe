import type { FastifyReply, FastifyRequest } from 'fastify'
import type {
  MadeReport,
  OpsPhoto,
  OwnReport,
  Report,
  ReportedPhoto,
  ReportPhoto,
  ReportState,
  ResolveReports,
} from '../../contract/moderation.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import { answerOnce } from '../../platform/idempotency.ts'
import type { Reader } from '../../platform/postgres.ts'
import { accountOf, type ViewerAccount } from '../../platform/viewer.ts'
import { accountCard } from '../accounts/accounts.service.ts'
import { holdAnyPhoto, holdPhoto, requirePhoto } from '../photos/photos.service.ts'
import { loadOpsPhotos, requireOpsPhoto, type Moderation } from './moderation.service.ts'
import { noteOperatorAct } from './operator-acts.service.ts'
import * as queries from './reports.queries.ts'

export type Reports = ReturnType<typeof createReports>

/** Photos with their reports that are in this state, in this order. Cost: three queries. */
export async function loadReported(
  db: Reader,
  positions: readonly queries.ReportPosition[],
  state: ReportState,
): Promise<ReportedPhoto[]> {
  if (positions.length === 0) return []
  const ids = positions.map(({ photoId }) => photoId)
  const [photos, reports, reasons] = await Promise.all([
    loadOpsPhotos(db, ids),
    queries.newestReports(db, ids, state),
    queries.countReasons(db, ids, state),
  ])
  return photos.map((photo) => {
    const made = reports.filter((row) => row.photo_id === photo.card.id).map(madeReport)
    return {
      photo,
      lastReportedAt: made[0]?.createdAt ?? photo.card.createdAt,
      settledAt: made[0]?.settledAt ?? null,
      reasons: reasons.filter((row) => row.photo_id === photo.card.id).map(({ reason, count }) => ({ reason, count })),
      reports: made,
    }
  })
}

export function madeReport(row: Awaited<ReturnType<typeof queries.newestReports>>[number]): MadeReport {
  return {
    reporter: accountCard(row),
    reason: row.reason,
    text: row.text,
    createdAt: row.created_at.toISOString(),
    settledAt: row.resolved_at?.toISOString() ?? null,
  }
}

/** What the account reported of this photo, if it did. @throws AppError photo.not_found, photo.gone, photo.hidden */
export async function loadOwnReport(db: Reader, photoId: string, accountId: string): Promise<OwnReport> {
  const row = await queries.findReport(db, photoId, accountId)
  if (row) return { report: { ...ownReport(row), settledAt: row.resolved_at?.toISOString() ?? null } }
  await requirePhoto(db, photoId)
  return { report: null }
}

function ownReport(row: NonNullable<Awaited<ReturnType<typeof queries.findReport>>>): Report {
  return { photoId: row.photo_id, reason: row.reason, text: row.text, createdAt: row.created_at.toISOString() }
}

export interface ReportsDeps {
  db: Database
  moderation: Pick<Moderation, 'hideWithin'>
  events: Events
}

export function createReports({ db, moderation, events }: ReportsDeps) {
  /** Once per account and photo; whoever reports again gets the first report back. @throws AppError report.own_photo, photo.not_found, photo.gone, photo.hidden */
  async function report(
    request: FastifyRequest,
    reply: FastifyReply,
    photoId: string,
    given: ReportPhoto,
  ): Promise<Report> {
    const { id: accountId } = accountOf(request)
    const text = given.text?.trim() ?? ''
    let isNew = false
    const answer = await answerOnce(db, request, reply, { reason: given.reason, text }, async (trx) => {
      const photo = await holdPhoto(trx, photoId)
      if (photo.account_id === accountId) throw new AppError('report.own_photo')
      isNew = await queries.insertReport(trx, { photo_id: photoId, account_id: accountId, reason: given.reason, text })
      const row = await queries.findReport(trx, photoId, accountId)
      if (!row) throw new Error(`the report on ${photoId} left while its photo was held`)
      return ownReport(row)
    })
    if (isNew) events.note('photo.reported', { photoId, accountId })
    return answer
  }

  /** @throws AppError report.not_found, photo.not_found, photo.gone */
  async function resolve(operator: ViewerAccount, photoId: string, given: ResolveReports): Promise<OpsPhoto> {
    return db.write(operator.id, async (trx, after) => {
      await holdAnyPhoto(trx, photoId)
      const reasons = await queries.countReasons(trx, [photoId])
      if (reasons.length === 0)
        throw new AppError('report.not_found', 'Another operator may have resolved it just now.')
      if (given.action === 'hide') {
        const reason = given.reason?.trim() ?? `Reported: ${reasons.map((row) => row.reason).join(', ')}`
        await moderation.hideWithin(trx, after, operator, { id: photoId, reason })
      } else {
        await queries.resolveReports(trx, photoId)
        const reason = given.reason?.trim() ?? ''
        await noteOperatorAct(trx, operator, { act: 'report.dismiss', target: photoId, reason })
      }
      return requireOpsPhoto(trx, photoId)
    })
  }

  return { report, resolve }
}
