import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileHandle } from 'node:fs/promises'
import type { ExportState, RequestedExport } from '../../contract/export.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import { answerOnce } from '../../platform/idempotency.ts'
import { newId } from '../../platform/ids.ts'
import { enqueue } from '../../platform/jobs.ts'
import type { Writer } from '../../platform/postgres.ts'
import { createRateLimit, takeAll } from '../../platform/rate-limits.ts'
import type { RedisMain } from '../../platform/redis.ts'
import { accountOf, type Viewer } from '../../platform/viewer.ts'
import type { Archives } from './archive.ts'
import * as queries from './export.queries.ts'

export type Exports = ReturnType<typeof createExports>

const DOWNLOAD_PATH = '/api/accounts/me/export/download'
const NONE = { status: 'none', progress: { done: 0, total: 0 }, sizeBytes: null, expiresAt: null, path: null } as const
/** Each reads all of the account's pictures. */
const PER_DAY = 10
/** After photos, deletions and whatever else a person waits for in a page. */
const PRIORITY = 5
const ATTEMPTS = 5

export interface ExportsDeps {
  db: Database
  redisMain: RedisMain
  archives: Pick<Archives, 'open'>
  events: Events
}

/** Of the jobs `export.build` and `export.remove`. */
export interface ExportPayload {
  exportId: string
  accountId: string
}

export function createExports({ db, redisMain, archives, events }: ExportsDeps) {
  const limit = createRateLimit(redisMain, { name: 'export', points: PER_DAY, windowSeconds: 86_400 })

  /** While one is running it is the answer; one that is ready makes room for the new one. @throws AppError request.rate_limited, idempotency.* */
  async function request(request: FastifyRequest, reply: FastifyReply): Promise<RequestedExport> {
    const { id: accountId } = accountOf(request)
    await takeAll(reply, [[limit, accountId]])
    const exportId = newId()
    const answer = await answerOnce<RequestedExport>(db, request, reply, {}, async (trx) => {
      const before = await queries.findExport(trx, accountId)
      if (!(await queries.insertExport(trx, exportId, accountId))) {
        const running = await queries.findExport(trx, accountId)
        return { id: running?.id ?? exportId, status: 'running' }
      }
      if (before) await removeLater(trx, before.id, accountId)
      const payload = { exportId, accountId } satisfies ExportPayload
      await enqueue(trx, 'export.build', payload, { priority: PRIORITY, maxAttempts: ATTEMPTS })
      return { id: exportId, status: 'running' }
    })
    reply.code(202)
    if (answer.id === exportId) events.note('export.requested', { accountId })
    return answer
  }

  async function state(viewer: Viewer, accountId: string): Promise<ExportState> {
    const row = await db.read(viewer, (db) => queries.findExport(db, accountId))
    if (!row || isOver(row)) return NONE
    return {
      status: row.status,
      progress: { done: row.done, total: row.total },
      sizeBytes: row.size_bytes,
      expiresAt: row.expires_at?.toISOString() ?? null,
      path: row.status === 'ready' ? DOWNLOAD_PATH : null,
    }
  }

  /** The caller closes the file. @throws AppError export.not_ready */
  async function open(
    viewer: Viewer,
    accountId: string,
  ): Promise<{ file: FileHandle; sizeBytes: number; madeAt: Date }> {
    const row = await db.read(viewer, (db) => queries.findExport(db, accountId))
    if (row?.status === 'ready' && !isOver(row)) {
      const file = await archives.open(row.id).catch(() => undefined)
      if (file) return { file, sizeBytes: row.size_bytes ?? 0, madeAt: row.created_at }
    }
    throw new AppError('export.not_ready', 'Ask for one and wait until it is ready; it is kept for a day.')
  }

  return { request, state, open }
}

function isOver({ expires_at: expiresAt }: { expires_at: Date | null }): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now()
}

/** For an account that is about to be deleted, and with it its row. */
export async function forgetExportOf(trx: Writer, accountId: string): Promise<void> {
  const row = await queries.findExport(trx, accountId)
  if (row) await removeLater(trx, row.id, accountId)
}

function removeLater(trx: Writer, exportId: string, accountId: string): Promise<void> {
  return enqueue(trx, 'export.remove', { exportId, accountId } satisfies ExportPayload)
}
