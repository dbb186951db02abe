import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { covers, decodeEntry, encodeEntry, scopeOfLoad, suffices, type CacheEntry } from './cache-entry.ts'
import {
  BEFORE_ANY_POSITION,
  FILL,
  INVALIDATE,
  INVALIDATIONS_CHANNEL,
  LEASE,
  PAST_ANY_POSITION,
  entryKey,
  leaseKey,
  tombstoneKey,
  TOMBSTONE_TTL_SECONDS,
} from './cache-scripts.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

/** One sort of cached thing, and how long it may live. */
export interface CacheKind {
  name: string
  /** In redis-cache; past four fifths of it, a hit also refreshes in the background. */
  ttlSeconds: number
  /** In process memory; seconds, since other processes are told of changes but not waited for. */
  memorySeconds: number
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

export interface Cache extends AsyncDisposable {
  /** JSON by id, from memory, redis-cache or `load`; absent ids are absent. Cost: nothing, or one round trip, or one load for all misses. */
  getMany(kind: CacheKind, ids: readonly string[], scope: ReadScope, load: Load): Promise<Map<string, string>>
  /** Every tier forgets what was read before `position`. False when redis-cache could not be told; it is then told later. */
  invalidate(keys: readonly CacheKey[], position: WritePosition): Promise<boolean>
}

export interface CacheOptions {
  redis: Redis
  /** A connection of its own, for messages of other processes. */
  subscriber: Redis
  log: Log
  metrics: Metrics
  /** Loads at the same time per process: what reaches the database when redis-cache is gone. */
  loadsMax?: number
  memoryMaxBytes?: number
}

const MEMORY_MAX_BYTES = 24 * 1024 * 1024
const LOADS_MAX = 4
/** A process that holds a lease and died holds up the others for this long at most. */
const LEASE_MS = 2_000
const LEASE_POLL_MS = 15
/** "Does not exist" is remembered shortly: it is cheap to find out again, and things do come to exist. */
const ABSENT_TTL_SECONDS = 30
const SOFT_SHARE = 0.8

interface InFlight {
  scope: ReadScope
  entry: Promise<CacheEntry | null>
}

interface Wanted {
  id: string
  scope: ReadScope
}

/**
 * Memory → redis-cache → `load`. One load per key in the process (single flight) and one across processes (a lease in
 * Redis). Values and invalidations carry positions in the write-ahead log, so that a fill which began before a write can
 * never hide it, in whatever order the two arrive.
 */
export function createCache(options: CacheOptions): Cache {
  const { redis, log, metrics } = options
  const memory = new LRUCache<string, CacheEntry>({
    maxSize: options.memoryMaxBytes ?? MEMORY_MAX_BYTES,
    sizeCalculation: (entry, key) => entry.payload.length + key.length + 100,
  })
  const tombstones = new LRUCache<string, WritePosition>({ max: 50_000, ttl: TOMBSTONE_TTL_SECONDS * 1_000 })
  const inFlight = new Map<string, InFlight>()
  const gate = createGate(options.loadsMax ?? LOADS_MAX)
  const pending = new Map<string, WritePosition>()

  function remember(kind: CacheKind, id: string, entry: CacheEntry): void {
    memory.set(entryKey(kind.name, id), entry, { ttl: kind.memorySeconds * 1_000 })
  }

  function bury(key: string, position: WritePosition): void {
    const known = tombstones.get(key)
    if (!known || known < position) tombstones.set(key, position)
    const entry = memory.get(key)
    if (entry && entry.position < position) memory.delete(key)
  }

  void options.subscriber
    .subscribe(INVALIDATIONS_CHANNEL)
    .catch((error: unknown) => log.warn({ event: 'cache.subscribe_failed', error: String(error) }))
  options.subscriber.on('message', (_channel, message) => {
    const [position = '', ...keys] = message.split('\n')
    for (const key of keys) bury(key, position)
  })
  // Messages sent while the connection was gone are lost: what memory holds may be older than them.
  options.subscriber.on('close', () => memory.clear())
  redis.on('ready', () => void deliverPending())

  /** Memory is told by messages that nobody waits for: whoever wrote reads it only where it is as new as the write. */
  function fromMemory(kind: CacheKind, { id, scope }: Wanted): CacheEntry | null {
    if (scope === 'primary') return null
    const entry = memory.get(entryKey(kind.name, id))
    return entry && (scope === 'any' || entry.position >= scope.since) ? entry : null
  }

  /** What redis-cache has, and for the rest the scope that a load needs. Null: it cannot be asked. */
  async function fromRedis(kind: CacheKind, wanted: readonly Wanted[]) {
    const keys = wanted.flatMap(({ id }) => [entryKey(kind.name, id), tombstoneKey(kind.name, id)])
    const answers = await redis.mget(keys).catch(() => null)
    return (
      answers &&
      wanted.map(({ id, scope }, index) => {
        const entry = decodeEntry(answers[index * 2])
        const tombstone = answers[index * 2 + 1]
        const isGood = entry !== null && suffices(entry, scope)
        return { id, entry: isGood ? entry : null, scope: scopeOfLoad(scope, tombstone) }
      })
    )
  }

  async function loadAndFill(
    kind: CacheKind,
    ids: readonly string[],
    scope: ReadScope,
    load: Load,
  ): Promise<Map<string, CacheEntry>> {
    const { values, position } = await gate(() => load(ids, scope)).catch((error: unknown) => {
      redis.del(ids.map((id) => leaseKey(kind.name, id))).catch(() => undefined)
      throw error
    })
    const now = Date.now()
    const entries = new Map<string, CacheEntry>()
    for (const id of ids) {
      const payload = values.get(id) ?? ''
      const ttlSeconds = payload === '' ? Math.min(ABSENT_TTL_SECONDS, kind.ttlSeconds) : kind.ttlSeconds
      const entry = {
        position: position ?? '',
        softExpiresAtMs: now + Math.round(ttlSeconds * 1_000 * SOFT_SHARE),
        payload,
      }
      entries.set(id, entry)
      if (position === null) continue
      remember(kind, id, entry)
      const names = [entryKey(kind.name, id), tombstoneKey(kind.name, id), leaseKey(kind.name, id)]
      // Auto-pipelined with its neighbours; nobody waits for it.
      redis.eval(FILL, 3, ...names, position, encodeEntry(entry), ttlSeconds).catch(() => undefined)
    }
    return entries
  }

  /** The ids of `wanted` whose lease is ours; all of them where Redis cannot be asked. */
  async function takeLeases(kind: CacheKind, wanted: readonly Wanted[], isRefresh: boolean): Promise<Set<string>> {
    const owner = randomBytes(6).toString('hex')
    const taken = await Promise.all(
      wanted.map(({ id, scope }) => {
        const enough = isRefresh ? PAST_ANY_POSITION : typeof scope === 'string' ? BEFORE_ANY_POSITION : scope.since
        const lease = redis.eval(LEASE, 2, leaseKey(kind.name, id), entryKey(kind.name, id), owner, LEASE_MS, enough)
        return lease.then(
          (answer) => answer === 1,
          () => true,
        )
      }),
    )
    return new Set(wanted.filter((_, index) => taken[index]).map(({ id }) => id))
  }

  /** Redis, then our loads for the keys whose lease we get; for the others the same again until their holder has filled or given up. */
  async function fetchMissing(
    kind: CacheKind,
    wanted: readonly Wanted[],
    load: Load,
  ): Promise<Map<string, CacheEntry>> {
    const found = new Map<string, CacheEntry>()
    const loads: Promise<Map<string, CacheEntry>>[] = []
    let missing = wanted
    for (const end = Date.now() + LEASE_MS; missing.length > 0; await sleep(LEASE_POLL_MS)) {
      const answers = await fromRedis(kind, missing)
      const lost = answers ? collect(kind, answers, found, load) : missing
      const leased =
        answers && Date.now() < end ? await takeLeases(kind, lost, false) : new Set(lost.map(({ id }) => id))
      for (const [scope, ids] of byScope(lost.filter(({ id }) => leased.has(id))))
        loads.push(loadAndFill(kind, ids, scope, load))
      missing = lost.filter(({ id }) => !leased.has(id))
      if (missing.length === 0) break
    }
    for (const entries of await Promise.all(loads)) for (const [id, entry] of entries) found.set(id, entry)
    return found
  }

  /** Takes what redis-cache answered into `found`; returns what is left. */
  function collect(
    kind: CacheKind,
    answers: readonly (Wanted & { entry: CacheEntry | null })[],
    found: Map<string, CacheEntry>,
    load: Load,
  ): Wanted[] {
    const stale: Wanted[] = []
    for (const { id, entry, scope } of answers) {
      metrics.cacheRequest('redis', kind.name, entry ? 'hit' : 'miss')
      if (!entry) continue
      found.set(id, entry)
      remember(kind, id, entry)
      if (entry.softExpiresAtMs < Date.now()) stale.push({ id, scope })
    }
    if (stale.length > 0) void refresh(kind, stale, load)
    return answers.filter(({ entry }) => !entry)
  }

  /** A value past its soft limit is served while one process reads it anew. */
  async function refresh(kind: CacheKind, stale: readonly Wanted[], load: Load): Promise<void> {
    try {
      const leased = await takeLeases(kind, stale, true)
      for (const [scope, ids] of byScope(stale.filter(({ id }) => leased.has(id))))
        await loadAndFill(kind, ids, scope, load)
    } catch (error) {
      log.warn({ event: 'cache.refresh_failed', kind: kind.name, error: String(error) })
    }
  }

  async function getMany(
    kind: CacheKind,
    ids: readonly string[],
    scope: ReadScope,
    load: Load,
  ): Promise<Map<string, string>> {
    const entries = new Map<string, Promise<CacheEntry | null> | CacheEntry>()
    const missing: Wanted[] = []
    for (const id of new Set(ids)) {
      const key = entryKey(kind.name, id)
      const wanted = { id, scope: scopeOfLoad(scope, tombstones.get(key)) }
      const entry = fromMemory(kind, wanted)
      metrics.cacheRequest('memory', kind.name, entry ? 'hit' : 'miss')
      const flight = inFlight.get(key)
      if (entry) entries.set(id, entry)
      else if (flight && covers(flight.scope, wanted.scope)) entries.set(id, flight.entry)
      else missing.push(wanted)
    }
    if (missing.length > 0) {
      const fetched = fetchMissing(kind, missing, load)
      for (const { id, scope: wantedScope } of missing) {
        const key = entryKey(kind.name, id)
        const flight = { scope: wantedScope, entry: fetched.then((found) => found.get(id) ?? null) }
        inFlight.set(key, flight)
        entries.set(id, flight.entry)
        flight.entry.then(
          () => inFlight.get(key) === flight && inFlight.delete(key),
          () => inFlight.get(key) === flight && inFlight.delete(key),
        )
      }
    }
    const result = new Map<string, string>()
    for (const id of ids) {
      const payload = (await entries.get(id))?.payload
      if (payload) result.set(id, payload)
    }
    return result
  }

  async function tell(keys: readonly string[], position: WritePosition): Promise<boolean> {
    const names = keys.flatMap((key) => [key, key.replace(/^c:/, 't:')])
    return redis.eval(INVALIDATE, names.length, ...names, position, TOMBSTONE_TTL_SECONDS, INVALIDATIONS_CHANNEL).then(
      () => true,
      () => false,
    )
  }

  async function invalidate(given: readonly CacheKey[], position: WritePosition): Promise<boolean> {
    const keys = given.map(({ kind, id }) => entryKey(kind.name, id))
    if (keys.length === 0) return true
    for (const key of keys) bury(key, position)
    if (await tell(keys, position)) return true
    for (const key of keys) pending.set(key, position)
    return false
  }

  /** What redis-cache could not be told while it was away; it may have come back with its old values. */
  async function deliverPending(): Promise<void> {
    for (const [key, position] of pending) if (await tell([key], position)) pending.delete(key)
  }

  return {
    getMany,
    invalidate,
    [Symbol.asyncDispose]() {
      memory.clear()
      return Promise.resolve()
    },
  }
}

/** Loads that may read in the same place go together. */
function byScope(wanted: readonly Wanted[]): Map<ReadScope, string[]> {
  const groups = new Map<string, { scope: ReadScope; ids: string[] }>()
  for (const { id, scope } of wanted) {
    const name = typeof scope === 'string' ? scope : scope.since
    const group = groups.get(name) ?? { scope, ids: [] }
    groups.set(name, group)
    group.ids.push(id)
  }
  return new Map([...groups.values()].map(({ scope, ids }) => [scope, ids]))
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
