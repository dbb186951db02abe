import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import type { CacheKind, Load } from '../../src/platform/cache-kind.ts'
import { createCache, type Cache } from '../../src/platform/cache.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import type { WritePosition } from '../../src/platform/postgres.ts'
import { closeRedis, connectRedis } from '../../src/platform/redis.ts'
import { serversOf } from './servers.ts'

const log = createLog('test', 'fatal')

export const positionOf = (step: number): WritePosition => `00000001:${step.toString(16).padStart(16, '0')}`

/** A kind of its own, so that tests share one Redis without meeting. */
export const newKind = (): CacheKind<string> => ({
  name: `test-${randomBytes(4).toString('hex')}`,
  ttlSeconds: 60,
  memorySeconds: 5,
})

/** Whatever is asked for is this step. */
export function loadAt(step: number): Load {
  return async (ids) => ({ values: new Map(ids.map((id) => [id, String(step)])), position: positionOf(step) })
}

const metricsOf = new WeakMap<Cache, Metrics>()

/** What a cache of `openCaches` has counted. */
export async function lookUpsOf(cache: Cache) {
  return (await metricsOf.get(cache)?.registry.getSingleMetric('cache_requests_total')?.get())?.values
}

/** As of so many processes, on the Redis of the run or one at `port`. */
export async function openCaches(t: TestContext, count: number, port?: number): Promise<Cache[]> {
  const { redisPort } = await serversOf(t)
  const caches = Array.from({ length: count }, () => {
    const connect = (name: string) => connectRedis({ host: '127.0.0.1', port: port ?? redisPort }, 'test', log, name)
    const [redis, subscriber] = [connect('cache'), connect('subscriber')]
    t.after(() => Promise.all([closeRedis(redis), closeRedis(subscriber)]))
    const metrics = createMetrics()
    const cache = createCache({ redis, subscriber, log, metrics })
    metricsOf.set(cache, metrics)
    return { cache, redis, subscriber }
  })
  if (port === undefined) {
    for (const connection of caches.flatMap(({ redis, subscriber }) => [redis, subscriber])) {
      if (connection.status !== 'ready') await once(connection, 'ready')
      // Behind the subscription, with which a cache forgets what it has in memory.
      await connection.ping()
    }
  }
  return caches.map(({ cache }) => cache)
}
