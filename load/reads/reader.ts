import { setTimeout as sleep } from 'node:timers/promises'
import { findAccount } from '../../src/features/accounts/accounts.queries.ts'
import { commentsOf } from '../../src/features/comments/comments.queries.ts'
import { feedIds } from '../../src/features/feed/feed.queries.ts'
import { cardRows, photoIdsOf } from '../../src/features/photos/photos.queries.ts'
import type { Postgres, Reader } from '../../src/platform/postgres.ts'
import type { Driver } from '../capacity.ts'
import { arrivalTimes, type Step } from '../generator/arrivals.ts'
import { drawFrom } from '../generator/mixes.ts'
import { newHistogram, percentileMs, recordMs } from '../generator/histogram.ts'
import { seededRandom } from '../seeded-random.ts'

/** What a page needs of the database when no cache has any of it. */
export type PageRead = 'feed' | 'profile' | 'photo'

export interface ReadWorld {
  accountIds: readonly string[]
  photoIds: readonly string[]
}

const PAGE = { before: null, limit: 20 } as const
/** More than this late, or this busy, and this process is what was measured. */
const LATE_MAX_MS = 50
const BUSY_MAX = 0.9
const SLEEP_MAX_MS = 10
const DRAIN_MS = 10_000

export async function lookAtReadWorld(postgres: Postgres): Promise<ReadWorld> {
  const ids = (table: 'accounts' | 'photos') =>
    postgres.read('primary', (db) => db.selectFrom(table).select('id').orderBy('id', 'desc').limit(2_000).execute())
  const [accounts, photos] = await Promise.all([ids('accounts'), ids('photos')])
  if (accounts.length === 0 || photos.length === 0)
    throw new Error('there is nothing to read   try: ./minigram seed --people 962')
  return { accountIds: accounts.map(({ id }) => id), photoIds: photos.map(({ id }) => id) }
}

/** Reads pages through the read router, past every cache, open loop. Each page is two queries, where the router sends them. */
export function createReader(postgres: Postgres, world: ReadWorld): Driver<Readonly<Record<PageRead, number>>> {
  const random = seededRandom(1)
  const pick = (ids: readonly string[]) => ids[Math.floor(random() * ids.length)] ?? ''
  const pages: Readonly<Record<PageRead, (db: Reader) => Promise<number>>> = {
    async feed(db) {
      const ids = await feedIds(db, pick(world.accountIds), PAGE)
      return (await cardRows(db, ids)).length
    },
    async profile(db) {
      const id = pick(world.accountIds)
      const account = await findAccount(db, id)
      await photoIdsOf(db, id, { ...PAGE, includeUnready: false })
      return account ? 1 : 0
    },
    async photo(db) {
      const id = pick(world.photoIds)
      const cards = await cardRows(db, [id])
      await commentsOf(db, id, PAGE)
      return cards.length
    },
  }

  return {
    async drive({ mix, arrivals, signal }) {
      const draw = drawFrom(Object.entries(mix) as [PageRead, number][], random) // @NOTE keys of a literal record
      const [latencies, lateness] = [newHistogram(), newHistogram()]
      let [failed, inFlight, seconds] = [0, 0, 0]
      let cpu = process.cpuUsage()
      let cpuMicroseconds = 0

      const begin = (dueMs: number, isRecorded: boolean) => {
        inFlight += 1
        const page = draw()
        postgres
          .read('any', pages[page])
          // A photo or account that the seed made is there, on every node.
          .then((found) => found > 0 || page === 'feed')
          .catch(() => false)
          .then((isRight) => {
            inFlight -= 1
            if (!isRecorded) return
            recordMs(latencies, performance.now() - dueMs)
            if (!isRight) failed += 1
          })
          .catch(() => undefined)
      }
      for (const step of arrivals) {
        const startMs = performance.now()
        const isRecorded = step.isWarmUp !== true
        cpu = process.cpuUsage()
        for (const atMs of arrivalTimes(step, 1, random)) {
          const dueMs = startMs + atMs
          while (performance.now() < dueMs && !signal.aborted)
            await sleep(Math.max(0, Math.min(SLEEP_MAX_MS, dueMs - performance.now())))
          if (signal.aborted) break
          if (isRecorded) recordMs(lateness, performance.now() - dueMs)
          begin(dueMs, isRecorded)
        }
        await untilEnd(startMs, step, signal)
        const used = process.cpuUsage(cpu)
        if (isRecorded) {
          seconds += (performance.now() - startMs) / 1_000
          cpuMicroseconds += used.user + used.system
        }
      }
      for (const end = performance.now() + DRAIN_MS; inFlight > 0 && performance.now() < end;) await sleep(SLEEP_MAX_MS)
      const counted = { count: latencies.totalCount + inFlight, failed: failed + inFlight }
      const cpuShare = cpuMicroseconds / 1e6 / Math.max(0.001, seconds)
      const lateP99Ms = percentileMs(lateness, 99)
      return {
        total: { seconds, all: counted, dynamic: { ...counted, p95Ms: percentileMs(latencies, 95) } },
        generator: { cpuShare, lateP99Ms, isVoid: lateP99Ms > LATE_MAX_MS || cpuShare > BUSY_MAX },
        isComplete: !signal.aborted,
      }
    },
  }
}

async function untilEnd(startMs: number, { seconds }: Step, signal: AbortSignal): Promise<void> {
  while (performance.now() < startMs + seconds * 1_000 && !signal.aborted) await sleep(SLEEP_MAX_MS)
}
