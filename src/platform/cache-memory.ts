import { isAsNewAs, type CacheEntry } from './cache-entry.ts'
import { LINGER_MS, TOMBSTONE_TTL_SECONDS } from './cache-scripts.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

/** What an entry takes beside the characters of its payload. */
const ENTRY_OVERHEAD_BYTES = 400
const TOMBSTONES_MAX = 50_000
/** An integer this small lies in the object, a time of today beside it: one more thing to wait for. */
const BEGAN_AT_MS = Date.now()
/** What is kept while nobody tells this process of changes: so much later it sees what others wrote. */
const UNTOLD_SECONDS = 30

function bytesOf(entry: CacheEntry | undefined): number {
  return entry === undefined ? 0 : entry.payload.length + ENTRY_OVERHEAD_BYTES
}

/** The values of one kind by id. */
export interface Shelf {
  /** Only what is as new as `scope` asks, or, where this process `isTold` of all that it must see, what has not changed since. Of changes by others it is told by messages that nobody waits for. */
  get(id: string, scope: ReadScope, isTold: boolean, nowMs: number): CacheEntry | null
  /** Keeps it, and says so in it; nothing that is older than a write that this process has heard of, nor what was asked for before `clear`. */
  set(id: string, entry: CacheEntry, ttlSeconds: number, askedAt: Generation): void
  /** The newest write to this value that this process has heard of lately. */
  tombstone(id: string): WritePosition | undefined
  /** It changed. `lingers`: who did not write may be shown what was before for a moment more. @returns whether it was here */
  bury(id: string, position: WritePosition, lingers: boolean): boolean
  /** Whether it is here as it was after `position`. */
  has(id: string, position: WritePosition): boolean
}

/** Which life of the memory something was asked for in. */
export type Generation = number

export interface MemoryTier {
  of(kind: string): Shelf
  /** Of now. */
  generation(): Generation
  /** Forgets everything. `hasMessages`: from now on they tell of all changes. */
  clear(hasMessages: boolean): void
}

/**
 * The hottest values, for seconds, and what this process knows to be out of date. Two generations in place of an order of
 * use: what was asked for since the last turn stays, and a look-up is one or two looks into a Map.
 */
export function createMemoryTier(maxBytes: number): MemoryTier {
  const shelves = new Map<string, ReturnType<typeof createShelf>>()
  let youngBytes = 0
  let generation = 0
  let hasMessages = false

  function createShelf() {
    let [young, old] = [new Map<string, CacheEntry>(), new Map<string, CacheEntry>()]
    let [buried, buriedBefore] = [new Map<string, WritePosition>(), new Map<string, WritePosition>()]
    let buriedSinceMs = 0

    function keep(id: string, entry: CacheEntry): void {
      youngBytes += bytesOf(entry) - bytesOf(young.get(id))
      young.set(id, entry)
      if (youngBytes > maxBytes / 2) turn()
    }

    const shelf: Shelf = {
      get(id, scope, isTold, nowMs) {
        if (scope === 'primary') return null
        const now = nowMs - BEGAN_AT_MS
        let entry = young.get(id)
        if (!entry) {
          entry = old.get(id)
          if (!entry || entry.shownUntilMs <= now) return null
          keep(id, entry)
        }
        const { changedAt } = entry
        const isOwnChange = scope !== 'any' && changedAt !== null && scope.since >= changedAt
        const isGood = isTold ? !isOwnChange : isAsNewAs(entry, scope)
        return entry.shownUntilMs > now && isGood ? entry : null
      },
      set(id, entry, ttlSeconds, askedAt) {
        if (askedAt !== generation) return
        const buriedAt = shelf.tombstone(id)
        if (buriedAt && entry.position < buriedAt) return
        const seconds = hasMessages ? ttlSeconds : Math.min(ttlSeconds, UNTOLD_SECONDS)
        entry.shownUntilMs = Date.now() - BEGAN_AT_MS + seconds * 1_000
        entry.changedAt = null
        keep(id, entry)
      },
      tombstone: (id) => buried.get(id) ?? buriedBefore.get(id),
      bury(id, position, lingers) {
        const nowMs = Date.now()
        if (nowMs - buriedSinceMs > TOMBSTONE_TTL_SECONDS * 1_000 || buried.size > TOMBSTONES_MAX) {
          ;[buried, buriedBefore, buriedSinceMs] = [new Map(), buried, nowMs]
        }
        const known = shelf.tombstone(id)
        if (!known || known < position) buried.set(id, position)
        let wasHere = false
        for (const generation of [young, old]) {
          const entry = generation.get(id)
          if (!entry || entry.position >= position) continue
          wasHere = true
          if (lingers) {
            entry.shownUntilMs = Math.min(entry.shownUntilMs, nowMs - BEGAN_AT_MS + LINGER_MS)
            if (entry.changedAt === null || entry.changedAt > position) entry.changedAt = position
            continue
          }
          generation.delete(id)
          if (generation === young) youngBytes -= bytesOf(entry)
        }
        return wasHere
      },
      has: (id, position) => ((young.get(id) ?? old.get(id))?.position ?? '') >= position,
    }
    return {
      shelf,
      turn: () => ([young, old] = [new Map(), young]),
      clear: () => ([young, old] = [new Map(), new Map()]),
    }
  }

  function turn(): void {
    youngBytes = 0
    for (const each of shelves.values()) each.turn()
  }

  return {
    of(kind) {
      let each = shelves.get(kind)
      if (!each) shelves.set(kind, (each = createShelf()))
      return each.shelf
    },
    generation: () => generation,
    clear(hasMessagesNow) {
      youngBytes = 0
      generation += 1
      hasMessages = hasMessagesNow
      for (const each of shelves.values()) each.clear()
    },
  }
}
