import { LRUCache } from 'lru-cache'
import { chunksOf } from './chunks.ts'
import type { Log } from './log.ts'
import type { RateLimit, RateLimitOptions } from './rate-limits.ts'
import { script, type RedisMain } from './redis.ts'

/** How much of a client's budget the other app servers may spend before this one hears of it. */
const FLUSH_MS = 1_000
/** Clients of one window that a server keeps in mind; those that it forgets were the quiet ones. */
const CLIENTS_MAX = 50_000
/** Of a budget: who has spent less here since Redis was told, and less than half of it in all, needs no exactness yet. */
const UNTOLD_SHARE = 0.02
/** Clients of one script run: a quarter of a millisecond of Redis. */
const CHUNK = 200

/** KEYS counts; ARGV seconds, what to add to each. The totals. A count outlives its window, so that a late word does not make it eternal. */
const addToCounts = script(`local totals = {}
for i, key in ipairs(KEYS) do
  totals[i] = redis.call('incrby', key, ARGV[i + 1])
  redis.call('expire', key, ARGV[1])
end
return totals`)

interface Count {
  /** Of all servers, as last heard, without what is in `untold`. */
  known: number
  untold: number
  /** Since Redis was last told: what nobody asks about needs no news. */
  isWanted: boolean
}

/**
 * For what is too frequent to ask Redis about each time: counts in memory and tells Redis once a second, which answers
 * what all app servers have counted. Exact to within a second and a fiftieth of the budget of each server's traffic; costs a
 * request no round trip. While Redis is down each server counts for itself.
 */
export function createGatheredLimit(
  redisMain: Pick<RedisMain, 'client'>,
  options: RateLimitOptions,
  log: Log,
): RateLimit & AsyncDisposable {
  const { name, points, windowSeconds } = options
  const counts = new LRUCache<string, Count>({ max: CLIENTS_MAX })
  let window = windowNow()
  let isTelling = false

  function windowNow(): number {
    return Math.floor(Date.now() / 1_000 / windowSeconds)
  }

  function countOf(key: string): Count {
    const now = windowNow()
    if (now !== window) {
      window = now
      counts.clear()
    }
    let count = counts.get(key)
    if (!count) counts.set(key, (count = { known: 0, untold: 0, isWanted: false }))
    return count
  }

  function isWorthTelling({ known, untold }: Count): boolean {
    return untold >= points * UNTOLD_SHARE || known + untold > points / 2
  }

  async function tell(): Promise<void> {
    const told = window
    const news = [...counts.entries()].filter(([, count]) => count.isWanted && isWorthTelling(count))
    for (const chunk of chunksOf(news, CHUNK)) {
      const counted = chunk.map(([, count]) => count.untold)
      for (const [, count] of chunk) count.isWanted = false
      const keys = chunk.map(([key]) => `limit:${name}:${key}:${told}`)
      // A number for each key: what `addToCounts` returns.
      const totals = (await addToCounts(redisMain.client, keys, [windowSeconds * 2, ...counted])) as number[]
      for (const [at, [, count]] of chunk.entries()) {
        count.known = totals[at] ?? 0
        count.untold -= counted[at] ?? 0
      }
    }
  }

  const timer = setInterval(() => {
    if (isTelling) return
    isTelling = true
    tell()
      .catch((error: unknown) => log.debug({ event: 'limit.not_told', limit: name, error: String(error) }))
      .finally(() => (isTelling = false))
  }, FLUSH_MS).unref()

  return {
    options,
    async take(key) {
      const count = countOf(key)
      count.isWanted = true
      const isAllowed = count.known + count.untold < points
      if (isAllowed) count.untold += 1
      return {
        isAllowed,
        remaining: Math.max(0, points - count.known - count.untold),
        resetSeconds: Math.max(1, Math.ceil((window + 1) * windowSeconds - Date.now() / 1_000)),
      }
    },
    async giveBack(key) {
      const count = countOf(key)
      count.isWanted = true
      count.untold -= 1
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
    },
  }
}
