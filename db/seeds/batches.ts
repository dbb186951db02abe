import type { Postgres, Writer } from '../../src/platform/postgres.ts'
import type { Count } from './pictures.ts'

/** A statement of this many rows takes a fraction of a second. */
export const BATCH_ROWS = 2_000

export function batchesOf<Item>(items: readonly Item[], size: number = BATCH_ROWS): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

export interface Batches<Row> {
  /** Resolves at once until a batch is full. */
  add(row: Row): Promise<void>
  /** Writes what is left. @returns how many rows were new. */
  finish(): Promise<number>
}

/** Collects rows and writes them batch by batch, each in a transaction of its own, so that an interrupted seed keeps what it has. */
export function openBatches<Row>(options: {
  postgres: Postgres
  insert: (trx: Writer, rows: readonly Row[]) => Promise<number>
  signal: AbortSignal
  written: (rows: number) => void
}): Batches<Row> {
  let rows: Row[] = []
  let added = 0
  async function flush(): Promise<void> {
    options.signal.throwIfAborted()
    const batch = rows
    rows = []
    if (batch.length === 0) return
    added += (await options.postgres.write((trx) => options.insert(trx, batch))).result
    options.written(batch.length)
  }
  return {
    async add(row) {
      rows.push(row)
      if (rows.length >= BATCH_ROWS) await flush()
    },
    async finish() {
      await flush()
      return added
    },
  }
}

/** Adds up batches for the person who watches. */
export function tally(count: Count, total: number): (rows: number) => void {
  let done = 0
  return (rows) => count((done += rows), total)
}
