import { type Cache, createCache } from '../platform/cache.ts'
import type { Config, Secrets } from '../platform/config.ts'
import { createDatabase } from '../platform/consistency.ts'
import { createEdge } from '../platform/edge-purge.ts'
import { edgeTargets } from '../platform/edge-targets.ts'
import { createEvents } from '../platform/events.ts'
import { createLbPurge } from '../platform/lb-purge.ts'
import type { Log } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { openPostgres } from '../platform/postgres.ts'
import { openRedis, openRedisMain, openSubscriber } from '../platform/redis.ts'
import { createVisitorPages } from '../platform/visitor-pages.ts'

/** A cache that takes longer than this is no help. */
const CACHE_TIMEOUT_MS = 500

export type Services = ReturnType<typeof openServices>

export interface ServicesOptions {
  /** Whether pages are read here. Who only writes is not told of what others write: some hundred messages a second under load. */
  hasReaders?: boolean
  /** Stands between readers and the cache, for who measures what it is worth. */
  through?: (cache: Cache) => Cache
}

/** What all processes stand on. Opens connections at once; disposes of them in reverse. */
export function openServices(config: Config, secrets: Secrets, log: Log, options: ServicesOptions = {}) {
  const { hasReaders = true, through = (cache: Cache) => cache } = options
  const metrics = createMetrics()
  const postgres = openPostgres({
    nodes: config.postgresNodes,
    database: config.postgresDatabase,
    password: secrets.get('postgres-app'),
    poolMax: config.postgresPoolMax,
    lagMaxSeconds: config.replicaLagMaxSeconds,
    instance: config.instance,
    log,
    metrics,
  })
  const redisMain = openRedisMain(config.redisMain, secrets.get('redis-main'), log)
  const redisCache = openRedis(config.redisCache, secrets.get('redis-cache'), log, 'redis-cache', CACHE_TIMEOUT_MS)
  const subscriber = hasReaders
    ? openSubscriber(config.redisCache, secrets.get('redis-cache'), log, 'redis-cache-messages')
    : null
  const cache = createCache({
    redis: redisCache.client,
    subscriber: subscriber?.client ?? null,
    isSettled: () => redisCache.isSettled(),
    namespace: config.postgresDatabase === 'minigram' ? '' : `${config.postgresDatabase}:`,
    log,
    metrics,
  })
  const lbPurge = createLbPurge({ target: config.lbPurgeTarget, secret: secrets.get('edge') })
  const targets = edgeTargets({ fixed: config.edgePurgeTargets, file: config.edgePurgeTargetsFile })
  const edge = createEdge({ targets, secret: secrets.get('edge') })
  const pages = createVisitorPages({ redisMain, lbPurge, edge, log })
  return {
    config,
    secrets,
    log,
    metrics,
    postgres,
    redisMain,
    pages,
    edge,
    db: createDatabase({ postgres, redisMain, cache: through(cache), pages, log }),
    events: createEvents(log, metrics),
    async [Symbol.asyncDispose]() {
      await pages[Symbol.asyncDispose]()
      await edge[Symbol.asyncDispose]()
      await cache[Symbol.asyncDispose]()
      await subscriber?.[Symbol.asyncDispose]()
      await redisCache[Symbol.asyncDispose]()
      await redisMain[Symbol.asyncDispose]()
      await postgres[Symbol.asyncDispose]()
    },
  }
}
