import type { WritePosition } from './postgres.ts'

/** Whoever wrote has read the value again by then (read-again.ts), and one that lingers is still shown. */
export const RENEW_AFTER_MS = 350
/** Of a change that touches more, such as a deleted account's, most will not be looked at soon. */
const VALUES_MAX = 2_000

export interface Renewal {
  /** A value that this process had in memory was changed elsewhere. */
  add(kind: string, id: string, position: WritePosition): void
}

/**
 * Gathers what changed, to be fetched from redis-cache for many readers at once instead of by each of them while they wait.
 * That is `RENEW_AFTER_MS` to twice as long after the change.
 */
export function createRenewal(renew: (kind: string, changed: ReadonlyMap<string, WritePosition>) => void): Renewal {
  let [young, due] = [new Map<string, Map<string, WritePosition>>(), new Map<string, Map<string, WritePosition>>()]
  let count = 0
  let timer: NodeJS.Timeout | null = null

  function turn(): void {
    for (const [kind, changed] of due) renew(kind, changed)
    ;[young, due, count] = [new Map(), young, 0]
    timer = due.size > 0 ? setTimeout(turn, RENEW_AFTER_MS).unref() : null
  }

  return {
    add(kind, id, position) {
      if (count >= VALUES_MAX) return
      let changed = young.get(kind)
      if (!changed) young.set(kind, (changed = new Map()))
      if ((changed.get(id) ?? '') < position) changed.set(id, position)
      count += 1
      timer ??= setTimeout(turn, RENEW_AFTER_MS).unref()
    },
  }
}
