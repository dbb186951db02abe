import type { Redis } from 'ioredis'
import { covers, isAsNewAs, scopeOfLoad, type CacheEntry } from './cache-entry.ts'
import { createCacheFetch, type Found, type Wanted } from './cache-fetch.ts'
import type { CacheKind, CacheTrace, Load } from './cache-kind.ts'
import { createMemoryTier } from './cache-memory.ts'
import { createRedisTier } from './cache-redis.ts'
import { createRenewal } from './cache-renewal.ts'
import { entryKey, INVALIDATIONS_CHANNEL, parseEntryKey, parseInvalidation } from './cache-scripts.ts'
import { createHeardWrites } from './cache-heard-writes.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

export interface CacheKey {
  kind: CacheKind
  id: string
  /** Only a number of it changed: who did not write may be shown the old one for a second more. */
  lingers?: boolean
}

export interface Cache extends AsyncDisposable {
  /** What `ids` stand for, in their order, from memory, redis-cache or `load`; undefined where there is nothing. Cost: nothing, or one round trip, or one load for all misses. */
  getMany<Value = string>(
    kind: CacheKind<Value>,
    ids: readonly string[],
    scope: ReadScope,
    load: Load,
    trace?: CacheTrace,
  ): Promise<(Value | undefined)[]>
  /** Fills the tiers with what is at least as new as `since`, for nobody in particular: no look-up that anybody waits for, and not counted as one. */
  readAgain(kind: CacheKind, ids: readonly string[], since: WritePosition, load: Load): Promise<void>
  /** Every tier forgets what was read before `position`. False when redis-cache could not be told; it is then told later. */
  invalidate(keys: readonly CacheKey[], position: WritePosition): Promise<boolean>
  /** From when it hears of it, each process knows that it has heard of all that `invalidate` had told: memory will do for readers with this token. */
  announce(token: string): void
}

export interface CacheOptions {
  redis: Redis
  /** A connection of its own, for messages of other processes. Null: nobody here reads, and what others write is no news. */
  subscriber: Redis | null
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
  const heardWrites = createHeardWrites(options.redis)
  const inFlight = new Map<string, InFlight>()
  const loadsMax = options.loadsMax ?? LOADS_MAX
  const { fetch, renew } = createCacheFetch({ memory, redis, log, metrics, isSettled, loadsMax })
  const keyOf = (kind: CacheKind, id: string) => entryKey(kind.name, namespace + id)
  /** Those of which memory may hold something. */
  const kinds = new Map<string, CacheKind>()
  const renewal = createRenewal((name, changed) => {
    const kind = kinds.get(name)
    if (!kind) return
    const old = [...changed].filter(([id, position]) => !memory.of(name).has(id, position))
    const wanted = old.map(([id, since]) => ({ id, key: keyOf(kind, id), scope: { since } }))
    if (wanted.length > 0) void renew(kind, wanted)
  })

  function listen(hasMessages: boolean): void {
    heardWrites.clear()
    memory.clear(hasMessages)
  }

  subscriber?.on('ready', () => {
    subscriber.subscribe(INVALIDATIONS_CHANNEL, heardWrites.channel).then(
      () => {
        // Of what was changed until now there was no message.
        listen(true)
      },
      (error: unknown) => log.warn({ event: 'cache.subscribe_failed', error: String(error) }),
    )
  })
  subscriber?.on('message', (channel, message) => {
    if (channel === heardWrites.channel) return heardWrites.heard(message)
    const { position, keys } = parseInvalidation(message)
    for (const { key, lingers } of keys) {
      const [kind, name] = parseEntryKey(key)
      if (!name.startsWith(namespace)) continue
      const id = name.slice(namespace.length)
      if (memory.of(kind).bury(id, position, lingers)) renewal.add(kind, id, position)
    }
  })
  subscriber?.on('close', () => listen(false))

  /** With others who want the same; who wrote goes alone where what those got is not new enough. */
  async function obtain(
    kind: CacheKind,
    wanted: ReadonlyMap<string, Wanted>,
    load: Load,
    isCounted: boolean,
  ): Promise<Map<string, Found>> {
    kinds.set(kind.name, kind)
    const joined: [Wanted, InFlight][] = []
    const own: Wanted[] = []
    for (const each of wanted.values()) {
      const flight = inFlight.get(each.key)
      if (flight && covers(flight.scope, each.scope)) joined.push([each, flight])
      else own.push(each)
    }
    const fetched = own.length > 0 ? fetch(kind, own, load, isCounted) : null
    if (fetched) for (const each of own) announce(each, fetched)
    const found = new Map<string, Found>()
    const late: Wanted[] = []
    for (const [each, flight] of joined) {
      const theirs = await flight.found
      if (theirs && isAsNewAs(theirs.entry, each.scope)) found.set(each.key, theirs)
      else late.push(each)
    }
    const rest = [await fetched, late.length > 0 ? await fetch(kind, late, load, isCounted) : null]
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
      const values: (Value | undefined)[] = []
      const shelf = memory.of(kind.name)
      const nowMs = Date.now()
      // Who wrote takes from memory only what is as new as the write, until this process is known to have heard of it.
      const isTold =
        typeof scope !== 'string' && scope.token !== undefined && isSettled() && heardWrites.includes(scope.token)
      let missing: Map<string, Wanted> | null = null
      for (const id of ids) {
        const entry = shelf.get(id, scope, isTold, nowMs)
        values.push(entry ? valueOf(kind, id, entry) : undefined)
        if (entry) trace?.tiers?.set(id, 'memory')
        else {
          const key = keyOf(kind, id)
          missing ??= new Map()
          missing.set(key, { id, key, scope: scopeOfLoad(scope, shelf.tombstone(id)) })
        }
      }
      const missed = missing?.size ?? 0
      metrics.cacheRequest('memory', kind.name, 'hit', ids.length - missed)
      if (!missing) return values
      metrics.cacheRequest('memory', kind.name, 'miss', missed)
      const found = await obtain(kind, missing, load, true)
      for (const [at, id] of ids.entries()) {
        const { entry, tier } = found.get(keyOf(kind, id)) ?? {}
        if (!entry || !tier) continue
        values[at] = valueOf(kind, id, entry)
        if (trace) trace.hasLoaded ||= tier === 'database'
        trace?.tiers?.set(id, tier)
      }
      return values
    },

    async readAgain(kind, ids, since, load) {
      const scope = { since }
      const old = ids.filter((id) => memory.of(kind.name).get(id, scope, false, Date.now()) === null)
      const wanted = old.map((id): [string, Wanted] => [keyOf(kind, id), { id, key: keyOf(kind, id), scope }])
      await obtain(kind, new Map(wanted), load, false)
    },

    async invalidate(given, position) {
      const old = new Set<string>()
      const lingering = new Set<string>()
      for (const { kind, id, lingers = false } of given) {
        memory.of(kind.name).bury(id, position, lingers)
        ;(lingers ? lingering : old).add(keyOf(kind, id))
      }
      for (const key of old) lingering.delete(key)
      const keys = [...lingering, ...old]
      return keys.length === 0 || redis.tell(keys, lingering.size, position)
    },

    announce: heardWrites.announce,

    [Symbol.asyncDispose]() {
      redis.close()
      listen(false)
      return Promise.resolve()
    },
  }
}

/** Undefined: known to be absent. */
function valueOf<Value>(kind: CacheKind<Value>, id: string, entry: CacheEntry): Value | undefined {
  if (entry.payload === '') return undefined
  // A kind that decodes nothing is one of strings; entries of a kind are decoded by that kind alone.
  if (!kind.decode) return entry.payload as Value
  return (entry.value ??= kind.decode(entry.payload, id)) as Value
}
