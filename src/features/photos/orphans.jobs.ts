import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AVATAR_WIDTH_PX } from '../../contract/limits.ts'
import type { Database } from '../../platform/consistency.ts'
import type { JobHandlers } from '../../platform/jobs.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { namesOlderThan } from '../../platform/old-files.ts'
import { VISITOR } from '../../platform/viewer.ts'
import { unknownMediaKeys } from '../media/media.service.ts'
import { eraseMedia } from './photos.service.ts'

export interface OrphansDeps {
  db: Database
  metrics: Pick<Metrics, 'orphans'>
  mediaDirectory: string
  /** Where NGINX keeps the bodies of uploads while they arrive. */
  requestBodyDirectory: string
  now?: () => number
}

/** An avatar's files come into being before its row does; nothing of ours is under way for this long. */
const MIN_AGE_MS = 3_600_000
const MEDIA_KEY = /^[0-9a-f]{32}$/
/** As NGINX names them. */
const REQUEST_BODY = /^\d{10,}$/

/**
 * What should have gone with its owner and did not: a process was killed between two stores. Everything that we keep
 * outside PostgreSQL is looked at once an hour; what a crash leaves is counted, for it should be rare.
 */
export function createOrphanJobs(deps: OrphansDeps): JobHandlers {
  const { db, metrics, mediaDirectory, requestBodyDirectory, now = Date.now } = deps

  /** Nobody's on a replica, and nobody's on the primary: a replica may not know yet whose they are. */
  async function nobodys(keys: readonly string[]): Promise<string[]> {
    const suspects = await db.read(VISITOR, (db) => unknownMediaKeys(db, keys))
    return suspects.length === 0 ? [] : db.readPrimary((db) => unknownMediaKeys(db, suspects))
  }

  async function sweepMedia(unixMs: number): Promise<void> {
    for await (const keys of namesOlderThan(mediaDirectory, unixMs, MEDIA_KEY)) {
      const orphans = await nobodys(keys)
      if (orphans.length === 0) continue
      for (const key of orphans) metrics.orphans.inc({ kind: await kindOf(join(mediaDirectory, key)) })
      // As any other deletion: out of every cache as well.
      await db.writeUnowned((trx) => eraseMedia(trx, orphans))
    }
  }

  /** With all that a camera wrote into them. NGINX removes them itself unless it is killed. */
  async function sweepRequestBodies(unixMs: number): Promise<void> {
    for await (const names of namesOlderThan(requestBodyDirectory, unixMs, REQUEST_BODY)) {
      for (const name of names) await rm(join(requestBodyDirectory, name), { force: true })
      metrics.orphans.inc({ kind: 'request-body' }, names.length)
    }
  }

  return {
    /** Twice is harmless: what was removed is not there, and what has an owner is left alone. */
    async 'orphans.sweep'() {
      const unixMs = now() - MIN_AGE_MS
      await sweepMedia(unixMs)
      await sweepRequestBodies(unixMs)
    },
  }
}

async function kindOf(directory: string): Promise<'avatar' | 'photo'> {
  const names = await readdir(directory).catch(() => [])
  return names.length === 1 && names[0] === `${AVATAR_WIDTH_PX}.webp` ? 'avatar' : 'photo'
}
