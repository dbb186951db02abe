import { detached } from './ids.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

/** One cached value: where it was read, until when it is fresh, and its JSON; an empty payload means "known to be absent". */
export interface CacheEntry {
  position: WritePosition
  softExpiresAtMs: number
  payload: string
  /** What its kind makes of the payload, made when first asked for. */
  value: unknown
  /** Of process memory, which shows it until then; milliseconds after the process began. */
  shownUntilMs: number
  /** When it lingers there: the first change since. */
  changedAt: WritePosition | null
}

/** All of one shape and in one piece: each of a page's forty look-ups waits for memory that is far away. */
export function newEntry(position: WritePosition, softExpiresAtMs: number, payload: string): CacheEntry {
  return { position, softExpiresAtMs, payload, value: undefined, shownUntilMs: 0, changedAt: null }
}

/** `timeline:lsn` in hexadecimal: always as long as this, which the Lua scripts of the cache rely on. */
export const POSITION_CHARS = 25

export function encodeEntry({ position, softExpiresAtMs, payload }: CacheEntry): string {
  return `${position}|${softExpiresAtMs}|${payload}`
}

/** Null for anything that this version did not write. */
export function decodeEntry(text: string | null | undefined): CacheEntry | null {
  if (!text || text[POSITION_CHARS] !== '|') return null
  const end = text.indexOf('|', POSITION_CHARS + 1)
  const softExpiresAtMs = Number(text.slice(POSITION_CHARS + 1, end))
  if (end === -1 || !Number.isFinite(softExpiresAtMs)) return null
  return newEntry(detached(text.slice(0, POSITION_CHARS)), softExpiresAtMs, text.slice(end + 1))
}

/**
 * Whether a reader may be given a value of redis-cache. Whoever wrote had the cache invalidated before the answer, so the
 * tombstones decide; only where that could not be confirmed (`isStrict`), or where a server that started a moment ago may
 * have lost them (not `isSettled`), must the value be as new as the write itself.
 */
export function suffices(
  entry: CacheEntry,
  scope: ReadScope,
  tombstone: WritePosition | null | undefined,
  isSettled: boolean,
): boolean {
  if (scope === 'any') return true
  // There may have been more changes than the last: whoever wrote since it was read may have made the first.
  const isOld = lingers(entry, tombstone)
  if (scope === 'primary') return !isOld
  const isTrusted = isSettled && !isOld && scope.isStrict !== true
  return isTrusted || entry.position >= scope.since
}

/** Whether it changed since it was read, and is kept for a moment more. */
export function lingers(entry: CacheEntry, tombstone: WritePosition | null | undefined): boolean {
  return entry.position < (tombstone ?? '')
}

/** The scope that a load needs so that its value is past `tombstone` as well. */
export function scopeOfLoad(scope: ReadScope, tombstone: WritePosition | null | undefined): ReadScope {
  if (!tombstone || scope === 'primary') return scope
  if (scope === 'any') return { since: tombstone }
  return scope.since < tombstone ? { ...scope, since: tombstone } : scope
}

/**
 * Whether waiting for what another reader fetches with `given` is worth while for one who asks for `wanted`. The one with a
 * position looks at the value's own position afterwards: the other may have asked redis-cache before this one's write.
 */
export function covers(given: ReadScope, wanted: ReadScope): boolean {
  if (wanted === 'any') return true
  return wanted !== 'primary' && (given === 'primary' || (given !== 'any' && given.since >= wanted.since))
}

export function isAsNewAs(entry: CacheEntry, scope: ReadScope): boolean {
  return typeof scope === 'string' || entry.position >= scope.since
}
