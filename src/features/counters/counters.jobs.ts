import type { Database } from '../../platform/consistency.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { VISITOR } from '../../platform/viewer.ts'
import { touchAccounts } from '../accounts/accounts.service.ts'
import { touchCards } from '../photos/photo-cards.service.ts'
import * as queries from './counters.queries.ts'

const COUNTERS = ['likes', 'comments', 'followers', 'following', 'photos'] as const
type Counter = (typeof COUNTERS)[number]

/** Where a pass over all photos and then all accounts is, and what it has found so far. */
interface Pass {
  table: 'photos' | 'accounts'
  after: string
  drift: Record<Counter, number>
}

const START: Pass = {
  table: 'photos',
  after: '00000000-0000-0000-0000-000000000000',
  drift: { likes: 0, comments: 0, followers: 0, following: 0, photos: 0 },
}
/** Rows per query, and queries until the job makes room for others. */
const BATCH = 500
const BATCHES_PER_RUN = 20
/** What nobody waits for. */
const LOW_PRIORITY = 10

export function createCounterJobs(deps: {
  db: Database
  metrics: Pick<Metrics, 'counterDrift'>
  batch?: number
}): JobHandlers {
  const { db, metrics, batch = BATCH } = deps

  /** Measures on a replica; what looks wrong there is counted again on the primary, under lock. True at the end of the table. */
  async function checkBatch(pass: Pass): Promise<boolean> {
    const measure = pass.table === 'photos' ? queries.photoDrifts : queries.accountDrifts
    const rows = await db.read(VISITOR, (db) => measure(db, pass.after, batch))
    const wrong = rows.filter((row) => COUNTERS.some((counter) => row[counter] !== 0))
    for (const row of wrong) for (const counter of COUNTERS) pass.drift[counter] += Math.abs(row[counter])
    const ids = wrong.map(({ id }) => id)
    if (ids.length > 0) await repair(pass.table, ids)
    pass.after = rows.at(-1)?.id ?? pass.after
    return rows.length < batch
  }

  async function repair(table: Pass['table'], ids: readonly string[]): Promise<void> {
    await db.writeUnowned((trx, after) => {
      if (table === 'photos') touchCards(after, ...ids)
      else touchAccounts(after, ...ids)
      return table === 'photos' ? queries.recountPhotos(trx, ids) : queries.recountAccounts(trx, ids)
    })
  }

  return {
    /** Compares counters with their lists and repairs them, in turns of bounded size. Twice is harmless: it counts what is there. */
    async 'counters.reconcile'(payload, { log }) {
      // Empty from the crontab, else written below.
      const { table, after, drift } = { ...START, ...(payload as Partial<Pass>) }
      const pass: Pass = { table, after, drift: { ...drift } }
      for (let round = 0; round < BATCHES_PER_RUN; round += 1) {
        if (!(await checkBatch(pass))) continue
        if (pass.table === 'accounts') {
          for (const counter of COUNTERS) metrics.counterDrift.set({ counter }, pass.drift[counter])
          log.info({ event: 'counters.reconciled', ...pass.drift })
          return
        }
        pass.table = 'accounts'
        pass.after = START.after
      }
      const options = { priority: LOW_PRIORITY, jobKey: 'counters.reconcile' }
      await db.writeUnowned((trx) => enqueue(trx, 'counters.reconcile', pass, options))
    },
  }
}
