import type { Database } from '../../platform/consistency.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { Media } from '../media/media.service.ts'
import { deleteOldResets, findAvatar } from './accounts.queries.ts'
import type { Hold } from './session-copies.ts'
import { deleteExpiredSessions } from './sessions.queries.ts'
import type { Sessions } from './sessions.service.ts'

export interface AccountJobsDeps {
  db: Database
  sessions: Pick<Sessions, 'forget'>
  media: Pick<Media, 'setWithheld'>
}

export function createAccountJobs({ db, sessions, media }: AccountJobsDeps): JobHandlers {
  /** Primary: a replica may not know yet that the account was suspended or restored. */
  const avatarOf = (accountId: string) => db.readPrimary((db) => findAvatar(db, accountId))

  return {
    /**
     * Puts an avatar where its account says: out of everybody's sight while suspended. Twice is harmless: it asks the row,
     * before and after the move, and what lies in its place stays there.
     */
    async 'account.settle_avatar'(payload) {
      const { accountId } = payload as { accountId: string }
      let settled: boolean | undefined
      let avatar = await avatarOf(accountId)
      while (avatar && avatar.is_suspended !== settled) {
        settled = avatar.is_suspended
        await media.setWithheld(avatar.avatar_key, settled)
        avatar = await avatarOf(accountId)
      }
      if (!avatar?.is_suspended) return
      const keys = [avatar.avatar_key]
      await db.writeUnowned((trx) => enqueue(trx, 'media.forget', { keys }))
    },

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
