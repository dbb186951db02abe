import type { Database } from '../../platform/consistency.ts'
import type { JobHandlers } from '../../platform/jobs.ts'
import { deleteOldResets } from './accounts.queries.ts'
import type { Hold } from './session-copies.ts'
import { deleteExpiredSessions } from './sessions.queries.ts'
import type { Sessions } from './sessions.service.ts'

export function createAccountJobs({ db, sessions }: { db: Database; sessions: Pick<Sessions, 'forget'> }): JobHandlers {
  return {
    /** Tells Redis which sessions are over. Twice is harmless: what is forgotten is not there, and a token never comes back. */
    async 'session.forget'(payload) {
      // Written by sessions.service.ts and account-operations.service.ts.
      const { tokenHashes, hold } = payload as { tokenHashes: string[]; hold: Hold }
      await sessions.forget(tokenHashes, hold)
    },

    /** Removes sessions and reset links that have run out. Twice is harmless: what is deleted is not there. */
    async 'accounts.sweep'() {
      await db.writeUnowned(async (trx) => {
        await deleteExpiredSessions(trx)
        await deleteOldResets(trx)
      })
    },
  }
}
