import type { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { covers, isAsNewAs, scopeOfLoad, suffices, type CacheEntry } from './cache-entry.ts'
import { createMemoryTier } from './cache-memory.ts'
import { createRedisTier, LEASE_MS } from './cache-redis.ts'
import { entryKey, INVALIDATIONS_CHANNEL, parseEntryKey } from './cache-scripts.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

/** One sort of cached thing, and how long it may live. */
export interface CacheKind<Value = unknown> {
  name: string
  /** In redis-cache; past four fifths of it, a hit also refreshes in the background. */
  ttlSeconds: number
  /** In process memory; seconds, since other processes are told of changes but not waited for. */
  memorySeconds: number
  /** What readers get instead of the payload; made once while it stays in memory, so it must not be changed. */
  decode?: (payload: string, id: string) => Value
}

export interface CacheKey {
  kind: CacheKind
  id: string
}

/** Reads `ids` where `scope` allows. `position` is what the node had replayed before it was asked; ids that are not in `values` do not exist. */
export type Load = (
  ids: readonly string[],
  scope: ReadScope,
) => Promise<{ values: ReadonlyMap<string, string>; position: WritePosition | null }>

export type CacheTier = 'memory' | 'redis-cache' | 'database'

/** What a look-up took, for who wants to know. */
export interface CacheTrace {
  /** Whether anything came from the database. */
  hasLoaded: boolean
  tiers?: Map<string, CacheTier>
}

export interface Cache extends AsyncDisposable {
  /** JSON by id, from memory, redis-cache or `load`; absent ids are absent. Cost: nothing, or one round trip, or one load for all misses. */
  getMany<Value = string>(
    kind: CacheKind<Value>,
    ids: readonly string[],
    scope: ReadScope,
    load: Load,
    trace?: CacheTrace,
  ): Promise<Map<string, Value>>
  /** Every tier forgets what was read before `position`. False when redis-cache could not be told; it is then told later. */
  invalidate(keys: readonly CacheKey[], position: WritePosition): Promise<boolean>
}

export interface CacheOptions {
  redis: Redis
  /** A connection of its own, for messages of other processes. */
  subscriber: Redis
  log: Log
  metrics: Metrics
  /** Whether tombstones missing from redis-cache have expired anyway. */
  isSettled?: () => boolean
  /** Sets entries apart from those of another database on the same server. */
  namespace?: string
  /** Loads at the same time per process: what reaches the database when redis-cache is gone. */
  loadsMax?: number
  memoryMaxBytes?: number
}

const MEMORY_MAX_BYTES = 24 * 1024 * 1024
const LOADS_MAX = 4
const LEASE_POLL_MS = 15
/** "Does not exist" is remembered shortly: it is cheap to find out again, and things do come to exist. */
const ABSENT_TTL_SECONDS = 30
const SOFT_SHARE = 0.8

interface Wanted {
  id: string
  key: string
  scope: ReadScope
}

interface Found {
  entry: CacheEntry
  tier: CacheTier
}

interface InFlight {
  scope: ReadScope
  found: Promise<Found | undefined>
}

/**
 * Memory → redis-cache → `load`. One load per key in the process (single flight) and one across processes (a lease in
 * Redis). Values and invalidations carry positions in the write-ahead log, so that a fill which began before a write can
 * never hide it, in whatever order the two arrive.
 */
export function createCache(options: CacheOptions): Cache {
  const { log, metrics, subscriber, namespace = '', isSettled = () => true } = options
  const memory = createMemoryTier(options.memoryMaxBytes ?? MEMORY_MAX_BYTES)
  const redis = createRedisTier(options.redis)
  const inFlight = new Map<string, InFlight>()
  const gate = createGate(options.loadsMax ?? LOADS_MAX)
  const keyOf = (kind: CacheKind, id: string) => entryKey(kind.name, namespace + id)

  subscriber.on('ready', () => {
    subscriber
      .subscribe(INVALIDATIONS_CHANNEL)
      .catch((error: unknown) => log.warn({ event: 'cache.subscribe_failed', error: String(error) }))
  })
  subscriber.on('message', (_channel, message) => {
    const [position = '', ...keys] = message.split('\n')
    for (const key of keys) {
      const [kind, id] = parseEntryKey(key)
      if (id.startsWith(namespace)) memory.of(kind).bury(id.slice(namespace.length), position)
    }
  })
  // Messages sent while the connection was gone are lost: what memory holds may be older than them.
  subscriber.on('close', () => memory.clear())

  async function loadAndFill(
    kind: CacheKind,
    wanted: readonly Wanted[],
    scope: ReadScope,
    load: Load,
  ): Promise<Map<string, Found>> {
    const ids = wanted.map(({ id }) => id)
    const { values, position } = await gate(() => load(ids, scope)).catch((error: unknown) => {
      redis.release(wanted.map(({ key }) => key))
      throw error
    })
    const now = Date.now()
    const found = new Map<string, Found>()
    for (const { id, key } of wanted) {
      const payload = values.get(id) ?? ''
      const ttlSeconds = payload === '' ? Math.min(ABSENT_TTL_SECONDS, kind.ttlSeconds) : kind.ttlSeconds
      const softExpiresAtMs = now + Math.round(ttlSeconds * 1_000 * SOFT_SHARE)
      const entry = { position: position ?? '', softExpiresAtMs, payload }
      found.set(key, { entry, tier: 'database' })
      // Whose position nobody knows cannot be compared with anything: it is for this reader alone.
      if (position === null) continue
      memory.of(kind.name).set(id, entry, Math.min(kind.memorySeconds, ttlSeconds))
      redis.fill(key, entry, ttlSeconds)
    }
    return found
  }

  /** Takes what redis-cache has into `found`; returns what is left, with the scope that its load needs. Null: it cannot be asked. */
  async function collect(
    kind: CacheKind,
    wanted: readonly Wanted[],
    found: Map<string, Found>,
    load: Load,
  ): Promise<Wanted[] | null> {
    const answers = await redis.look(wanted.map(({ key }) => key))
    if (!answers) return null
    const left: Wanted[] = []
    const stale: Wanted[] = []
    const settled = isSettled()
    for (const [at, { id, key, scope }] of wanted.entries()) {
      const { entry = null, tombstone = null } = answers[at] ?? {}
      const need = { id, key, scope: scopeOfLoad(scope, tombstone) }
      if (!entry || !suffices(entry, scope, settled)) {
        left.push(need)
        continue
      }
      found.set(key, { entry, tier: 'redis-cache' })
      memory.of(kind.name).set(id, entry, kind.memorySeconds)
      if (entry.softExpiresAtMs < Date.now()) stale.push(need)
    }
    metrics.cacheRequest('redis-cache', kind.name, 'hit', wanted.length - left.length)
    metrics.cacheRequest('redis-cache', kind.name, 'miss', left.length)
    if (stale.length > 0) void refresh(kind, stale, load)
    return left
  }

  function leasesOf(wanted: readonly Wanted[], isRefresh: boolean): Promise<Set<string>> {
    const positions = wanted.map(({ key, scope }) => ({
      key,
      position: typeof scope === 'string' ? null : scope.since,
    }))
    return redis.lease(positions, isRefresh)
  }

  /** Redis, then our loads for the keys whose lease we get; for the others the same again until their holder has filled or given up. */
  async function fetch(kind: CacheKind, wanted: readonly Wanted[], load: Load): Promise<Map<string, Found>> {
    const found = new Map<string, Found>()
    const loads: Promise<Map<string, Found>>[] = []
    let missing = wanted
    for (const end = Date.now() + LEASE_MS; ; await sleep(LEASE_POLL_MS)) {
      const left = await collect(kind, missing, found, load)
      const lost = left ?? missing
      const isAlone = left === null || Date.now() > end
      const leased = lost.length === 0 || isAlone ? null : await leasesOf(lost, false)
      const ours = leased ? lost.filter(({ key }) => leased.has(key)) : lost
      for (const [scope, group] of byScope(ours)) {
        const started = loadAndFill(kind, group, scope, load)
        // Awaited below, maybe after a poll: one that fails meanwhile must not end the process as nobody's.
        started.catch(() => {})
        loads.push(started)
      }
      missing = leased ? lost.filter(({ key }) => !leased.has(key)) : []
      if (missing.length === 0) break
    }
    for (const entries of await Promise.all(loads)) for (const [key, entry] of entries) found.set(key, entry)
    return found
  }

  /** A value past its soft limit is served while one process reads it anew. */
  async function refresh(kind: CacheKind, stale: readonly Wanted[], load: Load): Promise<void> {
    try {
      const leased = await leasesOf(stale, true)
      for (const [scope, group] of byScope(stale.filter(({ key }) => leased.has(key))))
        await loadAndFill(kind, group, scope, load)
    } catch (error) {
      log.warn({ event: 'cache.refresh_failed', kind: kind.name, error: String(error) })
    }
  }

  /** With others who want the same; who wrote goes alone where what those got is not new enough. */
  async function obtain(kind: CacheKind, wanted: ReadonlyMap<string, Wanted>, load: Load): Promise<Map<string, Found>> {
    const joined: [Wanted, InFlight][] = []
    const own: Wanted[] = []
    for (const each of wanted.values()) {
      const flight = inFlight.get(each.key)
      if (flight && covers(flight.scope, each.scope)) joined.push([each, flight])
      else own.push(each)
    }
    const fetched = own.length > 0 ? fetch(kind, own, load) : null
    if (fetched) for (const each of own) announce(each, fetched)
    const found = new Map<string, Found>()
    const late: Wanted[] = []
    for (const [each, flight] of joined) {
      const theirs = await flight.found
      if (theirs && isAsNewAs(theirs.entry, each.scope)) found.set(each.key, theirs)
      else late.push(each)
    }
    const rest = [await fetched, late.length > 0 ? await fetch(kind, late, load) : null]
    for (const entries of rest) if (entries) for (const [key, entry] of entries) found.set(key, entry)
    return found
  }

  function announce({ key, scope }: Wanted, fetched: Promise<Map<string, Found>>): void {
    const flight: InFlight = { scope, found: fetched.then((found) => found.get(key)) }
    const land = () => void (inFlight.get(key) === flight && inFlight.delete(key))
    inFlight.set(key, flight)
    flight.found.then(land, land)
  }

  return {
    async getMany<Value>(
      kind: CacheKind<Value>,
      ids: readonly string[],
      scope: ReadScope,
      load: Load,
      trace?: CacheTrace,
    ) {
      const result = new Map<string, Value>()
      const shelf = memory.of(kind.name)
      const nowMs = Date.now()
      let missing: Map<string, Wanted> | null = null
      let hits = 0
      for (const id of ids) {
        const entry = shelf.get(id, scope, nowMs)
        if (entry) {
          hits += 1
          if (entry.payload !== '') result.set(id, valueOf(kind, id, entry))
          trace?.tiers?.set(id, 'memory')
        } else {
          const key = keyOf(kind, id)
          missing ??= new Map()
          missing.set(key, { id, key, scope: scopeOfLoad(scope, shelf.tombstone(id)) })
        }
      }
      metrics.cacheRequest('memory', kind.name, 'hit', hits)
      if (!missing) return result
      metrics.cacheRequest('memory', kind.name, 'miss', missing.size)
      const found = await obtain(kind, missing, load)
      for (const { id, key } of missing.values()) {
        const { entry, tier } = found.get(key) ?? {}
        if (entry && entry.payload !== '') result.set(id, valueOf(kind, id, entry))
        if (!trace || !tier) continue
        trace.hasLoaded ||= tier === 'database'
        trace.tiers?.set(id, tier)
      }
      return result
    },

    async invalidate(given, position) {
      for (const { kind, id } of given) memory.of(kind.name).bury(id, position)
      const keys = [...new Set(given.map(({ kind, id }) => keyOf(kind, id)))]
      return keys.length === 0 || redis.tell(keys, position)
    },

    [Symbol.asyncDispose]() {
      redis.close()
      memory.clear()
      return Promise.resolve()
    },
  }
}

function valueOf<Value>(kind: CacheKind<Value>, id: string, entry: CacheEntry): Value {
  // A kind that decodes nothing is one of strings; entries of a kind are decoded by that kind alone.
  if (!kind.decode) return entry.payload as Value
  return (entry.value ??= kind.decode(entry.payload, id)) as Value
}

/** Loads that may read in the same place go together. */
function byScope(wanted: readonly Wanted[]): [ReadScope, Wanted[]][] {
  const groups = new Map<string, [ReadScope, Wanted[]]>()
  for (const each of wanted) {
    const name = typeof each.scope === 'string' ? each.scope : each.scope.since
    const group = groups.get(name)
    if (group) group[1].push(each)
    else groups.set(name, [each.scope, [each]])
  }
  return [...groups.values()]
}

/** At most `max` at a time; the others wait their turn. */
function createGate(max: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async function pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
