import { LRUCache } from 'lru-cache'
import { isAsNewAs, type CacheEntry } from './cache-entry.ts'
import { TOMBSTONE_TTL_SECONDS } from './cache-scripts.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

const TOMBSTONES_MAX = 50_000
/** What an entry takes beside its own characters. */
const ENTRY_OVERHEAD_BYTES = 150

export type MemoryTier = ReturnType<typeof createMemoryTier>

/** The hottest values, for seconds, and what this process knows to be out of date. */
export function createMemoryTier(maxBytes: number) {
  const entries = new LRUCache<string, CacheEntry>({
    maxSize: maxBytes,
    sizeCalculation: (entry, key) => entry.payload.length + key.length + ENTRY_OVERHEAD_BYTES,
  })
  const tombstones = new LRUCache<string, WritePosition>({ max: TOMBSTONES_MAX, ttl: TOMBSTONE_TTL_SECONDS * 1_000 })
  return {
    /** Told of changes by messages that nobody waits for: whoever wrote gets only what is as new as the write. */
    get(key: string, scope: ReadScope): CacheEntry | null {
      if (scope === 'primary') return null
      const entry = entries.get(key)
      return entry && isAsNewAs(entry, scope) ? entry : null
    },
    set: (key: string, entry: CacheEntry, ttlSeconds: number) =>
      void entries.set(key, entry, { ttl: ttlSeconds * 1_000 }),
    tombstone: (key: string) => (tombstones.size === 0 ? undefined : tombstones.get(key)),
    bury(key: string, position: WritePosition): void {
      const known = tombstones.get(key)
      if (!known || known < position) tombstones.set(key, position)
      const entry = entries.get(key)
      if (entry && entry.position < position) entries.delete(key)
    },
    clear: () => entries.clear(),
  }
}
