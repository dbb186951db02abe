import { setTimeout as sleep } from 'node:timers/promises'
import { lingers, newEntry, scopeOfLoad, suffices, type CacheEntry } from './cache-entry.ts'
import type { CacheKind, CacheTier, Load } from './cache-kind.ts'
import type { MemoryTier } from './cache-memory.ts'
import { LEASE_MS, type Fill, type RedisTier } from './cache-redis.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { ReadScope } from './postgres.ts'

const LEASE_POLL_MS = 15
/** "Does not exist" is remembered shortly: it is cheap to find out again, and things do come to exist. */
const ABSENT_TTL_SECONDS = 30
const SOFT_SHARE = 0.8

/** What a reader wants, and how new it must be. */
export interface Wanted {
  id: string
  key: string
  scope: ReadScope
}

export interface Found {
  entry: CacheEntry
  tier: CacheTier
}

export interface CacheFetchDeps {
  memory: MemoryTier
  redis: RedisTier
  log: Log
  metrics: Pick<Metrics, 'cacheRequest'>
  /** Whether tombstones missing from redis-cache have expired anyway. */
  isSettled: () => boolean
  /** Loads at the same time per process. */
  loadsMax: number
}

export interface CacheFetch {
  /** By key. Redis, then our loads for the keys whose lease we get; for the others the same again until their holder has filled or given up. */
  fetch(kind: CacheKind, wanted: readonly Wanted[], load: Load, isCounted: boolean): Promise<Map<string, Found>>
  /** Into memory what redis-cache has of it by now, and nothing else. Not counted. */
  renew(kind: CacheKind, wanted: readonly Wanted[]): Promise<void>
}

/** What is not in memory: from redis-cache or `load`, one load per key across processes, by a lease in Redis. Fills both tiers. */
export function createCacheFetch({ memory, redis, log, metrics, isSettled, loadsMax }: CacheFetchDeps): CacheFetch {
  const gate = createGate(loadsMax)

  async function loadAndFill(
    kind: CacheKind,
    wanted: readonly Wanted[],
    scope: ReadScope,
    load: Load,
  ): Promise<Map<string, Found>> {
    const ids = wanted.map(({ id }) => id)
    const askedAt = memory.generation()
    const { values, position } = await gate(() => load(ids, scope)).catch((error: unknown) => {
      redis.release(wanted.map(({ key }) => key))
      throw error
    })
    const now = Date.now()
    const found = new Map<string, Found>()
    const fills: Fill[] = []
    for (const { id, key } of wanted) {
      const payload = values.get(id) ?? ''
      const ttlSeconds = secondsOf(payload, kind.ttlSeconds)
      const softExpiresAtMs = now + Math.round(ttlSeconds * 1_000 * SOFT_SHARE)
      const entry = newEntry(position ?? '', softExpiresAtMs, payload)
      found.set(key, { entry, tier: 'database' })
      // Whose position nobody knows cannot be compared with anything: it is for this reader alone.
      if (position === null) continue
      memory.of(kind.name).set(id, entry, secondsOf(payload, kind.memorySeconds), askedAt)
      fills.push({ key, entry, ttlSeconds })
    }
    if (position !== null) redis.fill(position, fills)
    return found
  }

  /** Takes what redis-cache has into `found` and memory; returns what is left, with the scope that its load needs. Null: it cannot be asked. */
  async function collect(
    kind: CacheKind,
    wanted: readonly Wanted[],
    found: Map<string, Found>,
    load: Load | null,
    isCounted: boolean,
  ): Promise<Wanted[] | null> {
    const askedAt = memory.generation()
    const answers = await redis.look(wanted.map(({ key }) => key))
    if (!answers) return null
    const left: Wanted[] = []
    const stale: Wanted[] = []
    const settled = isSettled()
    for (const [at, { id, key, scope }] of wanted.entries()) {
      const { entry = null, tombstone = null } = answers[at] ?? {}
      const need = { id, key, scope: scopeOfLoad(scope, tombstone) }
      if (!entry || !suffices(entry, scope, tombstone, settled)) {
        left.push(need)
        continue
      }
      found.set(key, { entry, tier: 'redis-cache' })
      // What lingers stays there: a process that has missed the message would take it for what is.
      if (!lingers(entry, tombstone))
        memory.of(kind.name).set(id, entry, secondsOf(entry.payload, kind.memorySeconds), askedAt)
      if (entry.softExpiresAtMs < Date.now()) stale.push(need)
    }
    if (isCounted) {
      metrics.cacheRequest('redis-cache', kind.name, 'hit', wanted.length - left.length)
      metrics.cacheRequest('redis-cache', kind.name, 'miss', left.length)
    }
    if (load && stale.length > 0) void refresh(kind, stale, load)
    return left
  }

  function leasesOf(wanted: readonly Wanted[], isRefresh: boolean): Promise<Set<string>> {
    const positions = wanted.map(({ key, scope }) => ({
      key,
      position: typeof scope === 'string' ? null : scope.since,
    }))
    return redis.lease(positions, isRefresh)
  }

  async function fetch(
    kind: CacheKind,
    wanted: readonly Wanted[],
    load: Load,
    isCounted: boolean,
  ): Promise<Map<string, Found>> {
    const found = new Map<string, Found>()
    const loads: Promise<Map<string, Found>>[] = []
    let missing = wanted
    for (const end = Date.now() + LEASE_MS; ; await sleep(LEASE_POLL_MS)) {
      const left = await collect(kind, missing, found, load, isCounted)
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

  return {
    fetch,
    async renew(kind, wanted) {
      await collect(kind, wanted, new Map(), null, false)
    },
  }
}

function secondsOf(payload: string, seconds: number): number {
  return payload === '' ? Math.min(ABSENT_TTL_SECONDS, seconds) : seconds
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
