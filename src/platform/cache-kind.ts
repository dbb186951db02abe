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
