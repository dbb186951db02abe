import { urlsTouched } from '../../contract/public-pages.ts'
import type { AfterCommit, Database } from '../../platform/consistency.ts'
import type { JobHandlers } from '../../platform/jobs.ts'
import type { Writer } from '../../platform/postgres.ts'
import { touchAccounts } from '../accounts/accounts.service.ts'
import { followees } from '../accounts/followees.service.ts'
import type { FeedUpdates } from '../feed/feed-updates.service.ts'
import { likedPhotos } from '../likes/likes.service.ts'
import { touchCards } from '../photos/photo-cards.service.ts'
import * as queries from './withheld.queries.ts'

/** Photos or people whose rows one transaction keeps locked. */
const BATCH = 200

export interface ModerationJobsDeps {
  db: Database
  forgetFeeds: FeedUpdates['forget']
}

export function createModerationJobs({ db, forgetFeeds }: ModerationJobsDeps): JobHandlers {
  /** Runs `step` in transactions of their own until it answers that there is nothing more to move. */
  async function repeat(step: (trx: Writer, after: AfterCommit) => Promise<boolean>): Promise<void> {
    while ((await db.writeUnowned(step)).result);
  }

  return {
    /**
     * Takes what a suspended account did to others out of lists and counters, or puts it back. Twice is harmless: it asks the
     * account, each row is on one side only, and each batch holds the suspension as it found it.
     */
    async 'account.settle'(payload) {
      const { accountId } = payload as { accountId: string }
      // Primary: a replica may not know yet.
      const isSuspended = await db.readPrimary((db) => queries.isSuspended(db, accountId))
      if (isSuspended === undefined) return
      const [from, to] = isSuspended ? (['shown', 'withheld'] as const) : (['withheld', 'shown'] as const)
      await repeat(async (trx, after) => {
        const photoIds = await queries.lockReactedPhotos(trx, accountId, from, BATCH)
        if (photoIds.length === 0 || !(await queries.holdSuspension(trx, accountId, isSuspended))) return false
        await queries.moveLikes(trx, accountId, photoIds, to)
        await queries.moveComments(trx, accountId, photoIds, to)
        touchCards(after, ...photoIds)
        after.touch(likedPhotos, accountId)
        after.rewrite(urlsTouched(photoIds, []), 'surely')
        return true
      })
      await repeat(async (trx, after) => {
        const others = await queries.lockFollowEnds(trx, accountId, from, BATCH)
        const otherIds = others.map(({ id }) => id)
        if (otherIds.length === 0 || !(await queries.holdSuspension(trx, accountId, isSuspended))) return false
        await queries.moveFollows(trx, accountId, otherIds, to)
        touchAccounts(after, accountId, ...otherIds)
        after.touch(followees, accountId, ...otherIds)
        const names = others.map(({ username }) => username)
        after.rewrite(urlsTouched([], names), 'surely')
        forgetFeeds(after, accountId, ...otherIds)
        return true
      })
    },
  }
}
