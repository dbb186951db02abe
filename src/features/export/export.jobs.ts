import type { Database } from '../../platform/consistency.ts'
import type { Events } from '../../platform/events.ts'
import type { JobHandlers } from '../../platform/jobs.ts'
import type { Media } from '../media/media.service.ts'
import { createAccountData } from './account-data.ts'
import type { Archives } from './archive.ts'
import * as queries from './export.queries.ts'
import type { ExportPayload } from './export.service.ts'

const KEPT_MS = 24 * 3_600_000
const PROGRESS_EVERY_MS = 1_000
/** Longer than all attempts together: whoever waits that long for an archive waits in vain. */
const RUNNING_MAX_MS = 6 * 3_600_000

export interface ExportJobsDeps {
  db: Database
  media: Pick<Media, 'openFile'>
  archives: Archives
  events: Events
}

/** `slow` ones take minutes, and must not stand in the way of what others wait for. */
export function createExportJobs(deps: ExportJobsDeps): { slow: JobHandlers; quick: JobHandlers } {
  const { db, archives, events } = deps
  const data = createAccountData(deps)

  async function build({ exportId, accountId }: ExportPayload): Promise<void> {
    const total = await data.countPhotos(accountId)
    let toldAtMs = 0
    const tell = async (done: number) => {
      if (Date.now() - toldAtMs < PROGRESS_EVERY_MS) return
      toldAtMs = Date.now()
      await db.writeUnowned((trx) => queries.noteProgress(trx, exportId, { done, total: Math.max(done, total) }))
    }
    await tell(0)
    let done = 0
    const sizeBytes = await archives.write(
      exportId,
      data.entries(accountId, (count) => tell((done = count))),
    )
    const isAwaited = await db.write(accountId, async (trx) => {
      await queries.noteProgress(trx, exportId, { done, total: done })
      const expiresAt = new Date(Date.now() + KEPT_MS)
      return queries.endExport(trx, exportId, { status: 'ready', size_bytes: sizeBytes, expires_at: expiresAt })
    })
    if (isAwaited) events.note('export.ready', { accountId })
    else if (!(await isReady(exportId))) await archives.remove(exportId)
  }

  /** Primary: the job may run before a replica has the row that it was committed with. */
  const find = (exportId: string) => db.readPrimary((db) => queries.findExportById(db, exportId))
  const isReady = async (exportId: string) => (await find(exportId))?.status === 'ready'

  return {
    slow: {
      /**
       * Packs an account's data. Twice is harmless: a second run packs everything anew and puts its file, whole, in the place
       * of the first; one that nobody waits for ends at once or removes what it made.
       */
      async 'export.build'(payload, { lastAttempt, log }) {
        const wanted = payload as ExportPayload
        if ((await find(wanted.exportId))?.status !== 'running') return
        try {
          await build(wanted)
        } catch (error) {
          if (!lastAttempt) throw error
          log.error({ event: 'export.build_failed', exportId: wanted.exportId, error: String(error) })
          await db.write(wanted.accountId, (trx) => queries.endExport(trx, wanted.exportId, { status: 'failed' }))
          events.note('export.failed', { accountId: wanted.accountId })
        }
      },
    },
    quick: {
      /** Twice is harmless: what is removed is not there. */
      async 'export.remove'(payload) {
        await archives.remove((payload as ExportPayload).exportId)
      },

      /** Removes what is a day old, and files that belong to nothing. Twice is harmless: what is removed is not there. */
      async 'exports.sweep'() {
        await db.writeUnowned((trx) => queries.sweepExports(trx, new Date(Date.now() - RUNNING_MAX_MS)))
        // Primary: a replica that is behind would have us remove what was finished a moment ago.
        await archives.sweep((ids) => db.readPrimary((db) => queries.exportsAmong(db, ids)))
      },
    },
  }
}
