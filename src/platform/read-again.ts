import type { CacheKey } from './cache.ts'
import type { CachedKind } from './consistency.ts'
import type { WritePosition } from './postgres.ts'

/** Until then a replica has heard of the write, so that the primary is left alone, and those of more writes are read together. */
const DELAY_MS = 250
/** A write that touches more is a clean-up: nobody will look soon. */
const KEYS_MAX = 20

export type ReadAgain = (touched: readonly CacheKey[], position: WritePosition) => void

/**
 * What a write touched is read again by nobody in particular, so that whoever looks next finds it in the caches. One statement
 * per kind for all writes of some milliseconds. `read` must not throw.
 */
export function createReadAgain(
  read: (kind: CachedKind<unknown>, ids: readonly string[], since: WritePosition) => Promise<void>,
): ReadAgain {
  let waiting = new Map<CachedKind<unknown>, Set<string>>()
  let since: WritePosition = ''

  function readNow(): void {
    for (const [kind, ids] of waiting) void read(kind, [...ids], since)
    waiting = new Map()
    since = ''
  }

  return (touched, position) => {
    if (touched.length > KEYS_MAX) return
    for (const { kind, id } of touched) {
      if (!isLoadable(kind)) continue
      if (waiting.size === 0) setTimeout(readNow, DELAY_MS).unref()
      const ids = waiting.get(kind)
      if (ids) ids.add(id)
      else waiting.set(kind, new Set([id]))
      if (position > since) since = position
    }
  }
}

function isLoadable(kind: CacheKey['kind']): kind is CachedKind<unknown> {
  return 'load' in kind
}
