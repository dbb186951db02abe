import type { Postgres } from '../../src/platform/postgres.ts'
import { batchesOf } from './batches.ts'
import { lockAccounts, lockPhotos, recountAccounts, recountPhotos } from './seed.queries.ts'

/** The rows are locked while they are counted, so that whoever likes or follows meanwhile waits as long. */
const LOCKED_ROWS = 500

/** Makes the counters of these accounts and photos equal their lists, also while people are at work. @returns how many were wrong. */
export async function recount(
  postgres: Postgres,
  accountIds: readonly string[],
  photoIds: readonly string[],
): Promise<number> {
  let wrong = 0
  for (const ids of batchesOf(photoIds, LOCKED_ROWS)) {
    const { result } = await postgres.write(async (trx) => {
      await lockPhotos(trx, ids)
      return recountPhotos(trx, ids)
    })
    wrong += result
  }
  for (const ids of batchesOf(accountIds, LOCKED_ROWS)) {
    const { result } = await postgres.write(async (trx) => {
      await lockAccounts(trx, ids)
      return recountAccounts(trx, ids)
    })
    wrong += result
  }
  return wrong
}
