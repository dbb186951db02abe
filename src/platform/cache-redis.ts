import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { decodeEntry, encodeEntry, type CacheEntry } from './cache-entry.ts'
import {
  BEFORE_ANY_POSITION,
  fill,
  INVALIDATIONS_CHANNEL,
  invalidate,
  lease,
  leaseOf,
  PAST_ANY_POSITION,
  tombstoneOf,
  TOMBSTONE_TTL_SECONDS,
} from './cache-scripts.ts'
import type { WritePosition } from './postgres.ts'

/** A process that holds a lease and died holds up the others for this long at most. */
export const LEASE_MS = 2_000
/** After a failure redis-cache is left alone for so long: a frozen one costs one time-out per second, not one per request. */
const AWAY_MS = 1_000
/** Keys of one script run. */
const CHUNK = 500

export type RedisTier = ReturnType<typeof createRedisTier>

/** The values that all processes share, their tombstones, and who may load what is missing. */
export function createRedisTier(redis: Redis) {
  const pending = new Map<string, WritePosition>()
  let awayUntilMs = 0

  async function attempt<Result>(command: () => Promise<Result>): Promise<Result | null> {
    if (Date.now() < awayUntilMs) return null
    try {
      return await command()
    } catch {
      awayUntilMs = Date.now() + AWAY_MS
      return null
    }
  }

  /** The first `lingering` of the keys linger. */
  async function send(keys: readonly string[], lingering: number, position: WritePosition): Promise<boolean> {
    const names = keys.flatMap((key) => [key, tombstoneOf(key)])
    const values = [position, TOMBSTONE_TTL_SECONDS, INVALIDATIONS_CHANNEL, lingering]
    return (await attempt(() => invalidate(redis, names, values))) !== null
  }

  /** What could not be told; the server may come back with the values that it had. */
  async function deliver(): Promise<void> {
    for (const [key, position] of pending) {
      if (!(await send([key], 0, position))) return
      if (pending.get(key) === position) pending.delete(key)
    }
  }
  redis.on('ready', () => {
    awayUntilMs = 0
    void deliver()
  })
  const timer = setInterval(() => void deliver(), AWAY_MS).unref()

  return {
    /** Entry and tombstone of each key. Null: it cannot be asked. One round trip. */
    async look(keys: readonly string[]) {
      const answers = await attempt(() => redis.mget(keys.flatMap((key) => [key, tombstoneOf(key)])))
      return answers && keys.map((_, at) => ({ entry: decodeEntry(answers[at * 2]), tombstone: answers[at * 2 + 1] }))
    },

    /** Nobody waits for it; it leaves with its neighbours. */
    fill(key: string, entry: CacheEntry, ttlSeconds: number): void {
      const names = [key, tombstoneOf(key), leaseOf(key)]
      void attempt(() => fill(redis, names, [entry.position, encodeEntry(entry), ttlSeconds]))
    },

    /** Which of the keys this process may load; all of them where Redis cannot tell. `position`: a value that new needs no load. */
    async lease(
      wanted: readonly { key: string; position: WritePosition | null }[],
      isRefresh: boolean,
    ): Promise<Set<string>> {
      const owner = randomBytes(6).toString('hex')
      const answers = await Promise.all(
        wanted.map(({ key, position }) => {
          const enough = isRefresh ? PAST_ANY_POSITION : (position ?? BEFORE_ANY_POSITION)
          return attempt(() => lease(redis, [leaseOf(key), key], [owner, LEASE_MS, enough]))
        }),
      )
      return new Set(wanted.filter((_, at) => answers[at] !== 0).map(({ key }) => key))
    },

    release: (keys: readonly string[]) => void attempt(() => redis.del(keys.map(leaseOf))),

    /** Which keys are old from `position` on, the first `lingering` of them only for who wrote. False when it could not be told; it is then told as soon as it can be. */
    async tell(keys: readonly string[], lingering: number, position: WritePosition): Promise<boolean> {
      let isTold = true
      for (let start = 0; start < keys.length; start += CHUNK) {
        const chunk = keys.slice(start, start + CHUNK)
        if (await send(chunk, Math.max(0, lingering - start), position)) continue
        isTold = false
        for (const key of chunk) pending.set(key, position)
      }
      return isTold
    },

    close: () => clearInterval(timer),
  }
}
