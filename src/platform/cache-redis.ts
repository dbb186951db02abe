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
import { chunksOf } from './chunks.ts'
import type { WritePosition } from './postgres.ts'

/** A process that holds a lease and died holds up the others for this long at most. */
export const LEASE_MS = 2_000
/** After a failure redis-cache is left alone for so long: a frozen one costs one time-out per second, not one per request. */
const AWAY_MS = 1_000
/** Keys of one script run. */
const CHUNK = 500

export interface Fill {
  key: string
  entry: CacheEntry
  ttlSeconds: number
}

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

    /** What was read at `position`. Nobody waits for it. */
    fill(position: WritePosition, fills: readonly Fill[]): void {
      for (const chunk of chunksOf(fills, CHUNK)) {
        const names = chunk.flatMap(({ key }) => [key, tombstoneOf(key), leaseOf(key)])
        const entries = chunk.flatMap(({ entry, ttlSeconds }) => [encodeEntry(entry), ttlSeconds])
        void attempt(() => fill(redis, names, [position, ...entries]))
      }
    },

    /** Which of the keys this process may load; all of them where Redis cannot tell. `position`: a value that new needs no load. */
    async lease(
      wanted: readonly { key: string; position: WritePosition | null }[],
      isRefresh: boolean,
    ): Promise<Set<string>> {
      const owner = randomBytes(6).toString('hex')
      const ours = new Set<string>()
      for (const chunk of chunksOf(wanted, CHUNK)) {
        const names = chunk.flatMap(({ key }) => [leaseOf(key), key])
        const enough = chunk.map(({ position }) => (isRefresh ? PAST_ANY_POSITION : (position ?? BEFORE_ANY_POSITION)))
        // Of each key 1 or 0: what the script returns.
        const answers = (await attempt(() => lease(redis, names, [owner, LEASE_MS, ...enough]))) as number[] | null
        for (const [at, { key }] of chunk.entries()) if (answers?.[at] !== 0) ours.add(key)
      }
      return ours
    },

    release: (keys: readonly string[]) => void attempt(() => redis.del(keys.map(leaseOf))),

    /** Which keys are old from `position` on, the first `lingering` of them only for who wrote. False when it could not be told; it is then told as soon as it can be. */
    async tell(keys: readonly string[], lingering: number, position: WritePosition): Promise<boolean> {
      let isTold = true
      let told = 0
      for (const chunk of chunksOf(keys, CHUNK)) {
        const isSent = await send(chunk, Math.max(0, lingering - told), position)
        told += chunk.length
        if (isSent) continue
        isTold = false
        for (const key of chunk) pending.set(key, position)
      }
      return isTold
    },

    close: () => clearInterval(timer),
  }
}
