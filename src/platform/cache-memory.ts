import { isAsNewAs, type CacheEntry } from './cache-entry.ts'
import { LINGER_MS, TOMBSTONE_TTL_SECONDS } from './cache-scripts.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

/** What an entry takes beside the characters of its payload. */
const ENTRY_OVERHEAD_BYTES = 400
const TOMBSTONES_MAX = 50_000
/** What is kept while nobody tells this process of changes: so much later it sees what others wrote. */
const UNTOLD_SECONDS = 30

interface Kept {
  entry: CacheEntry
  expiresAtMs: number
  /** When it lingers: the first change since. */
  changedAt: WritePosition | null
}

function bytesOf(kept: Kept | undefined): number {
  return kept === undefined ? 0 : kept.entry.payload.length + ENTRY_OVERHEAD_BYTES
}

/** The values of one kind by id. */
export interface Shelf {
  /** Only what is as new as `scope` asks, or, where this process `isTold` of all that it must see, what has not changed since. Of changes by others it is told by messages that nobody waits for. */
  get(id: string, scope: ReadScope, isTold: boolean, nowMs: number): CacheEntry | null
  /** Keeps nothing that is older than a write that this process has heard of, nor what was asked for before `clear`. */
  set(id: string, entry: CacheEntry, ttlSeconds: number, askedAt: Generation): void
  /** The newest write to this value that this process has heard of lately. */
  tombstone(id: string): WritePosition | undefined
  /** It changed. `lingers`: who did not write may be shown what was before for a moment more. */
  bury(id: string, position: WritePosition, lingers: boolean): void
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
    let [young, old] = [new Map<string, Kept>(), new Map<string, Kept>()]
    let [buried, buriedBefore] = [new Map<string, WritePosition>(), new Map<string, WritePosition>()]
    let buriedSinceMs = 0

    function keep(id: string, kept: Kept): void {
      youngBytes += bytesOf(kept) - bytesOf(young.get(id))
      young.set(id, kept)
      if (youngBytes > maxBytes / 2) turn()
    }

    const shelf: Shelf = {
      get(id, scope, isTold, nowMs) {
        if (scope === 'primary') return null
        let kept = young.get(id)
        if (!kept) {
          kept = old.get(id)
          if (!kept || kept.expiresAtMs <= nowMs) return null
          keep(id, kept)
        }
        const { entry, changedAt } = kept
        const isOwnChange = scope !== 'any' && changedAt !== null && scope.since >= changedAt
        const isGood = isTold ? !isOwnChange : isAsNewAs(entry, scope)
        return kept.expiresAtMs > nowMs && isGood ? entry : null
      },
      set(id, entry, ttlSeconds, askedAt) {
        if (askedAt !== generation) return
        const buriedAt = shelf.tombstone(id)
        if (buriedAt && entry.position < buriedAt) return
        const seconds = hasMessages ? ttlSeconds : Math.min(ttlSeconds, UNTOLD_SECONDS)
        keep(id, { entry, expiresAtMs: Date.now() + seconds * 1_000, changedAt: null })
      },
      tombstone: (id) => buried.get(id) ?? buriedBefore.get(id),
      bury(id, position, lingers) {
        const nowMs = Date.now()
        if (nowMs - buriedSinceMs > TOMBSTONE_TTL_SECONDS * 1_000 || buried.size > TOMBSTONES_MAX) {
          ;[buried, buriedBefore, buriedSinceMs] = [new Map(), buried, nowMs]
        }
        const known = shelf.tombstone(id)
        if (!known || known < position) buried.set(id, position)
        for (const generation of [young, old]) {
          const kept = generation.get(id)
          if (!kept || kept.entry.position >= position) continue
          if (lingers) {
            kept.expiresAtMs = Math.min(kept.expiresAtMs, nowMs + LINGER_MS)
            if (kept.changedAt === null || kept.changedAt > position) kept.changedAt = position
            continue
          }
          generation.delete(id)
          if (generation === young) youngBytes -= bytesOf(kept)
        }
      },
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
