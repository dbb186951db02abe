import type { Database } from '../../platform/consistency.ts'
import { enqueue, type JobHandlers } from '../../platform/jobs.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { VISITOR, type Viewer } from '../../platform/viewer.ts'
import { FAN_OUT_PRIORITY, type FanOutPayload } from './feed-updates.service.ts'
import type { FeedLists } from './feed-lists.ts'
import * as queries from './feed.queries.ts'

/** Followers per query. */
const BATCH = 1_000
/** Then the job makes room for others and goes on as a new one. */
const BATCHES_PER_RUN = 5

export function createFeedJobs(deps: {
  db: Database
  lists: FeedLists
  metrics: Pick<Metrics, 'feedDeliveries'>
  /** Accounts with more followers than this are merged when a feed is read. */
  pushMaxFollowers: number
}): JobHandlers {
  const { db, lists, metrics, pushMaxFollowers } = deps

  /** Calls `deliver` with every follower, in batches, at most as many as one run may; true at the end of them. */
  async function eachBatch(
    task: string,
    payload: FanOutPayload,
    reader: Viewer,
    deliver: (followerIds: string[]) => Promise<void>,
  ): Promise<boolean> {
    let { after } = payload
    for (let round = 0; round < BATCHES_PER_RUN; round += 1) {
      const page = { after, limit: BATCH }
      const followers = await db.read(reader, (db) => queries.followersAfter(db, payload.accountId, page))
      await deliver(followers.map(({ followerId }) => followerId))
      if (followers.length < BATCH) return true
      after = followers.at(-1) ?? null
    }
    const rest = { ...payload, after }
    await db.writeUnowned((trx) => enqueue(trx, task, rest, { priority: FAN_OUT_PRIORITY }))
    return false
  }

  /** Where everything that is committed now can be read; lists built from now on are built from there. */
  async function raiseFloor(): Promise<Viewer> {
    const { position } = await db.writeUnowned(() => Promise.resolve())
    await lists.raiseCommonFloor(position)
    return { ...VISITOR, scope: { since: position } }
  }

  return {
    /**
     * Tells the lists of whoever follows the author. Twice is harmless: an id is in a list once. An account that became
     * too popular is announced with its last pushed photo: from then on its photos are merged at read.
     */
    async 'feed.fan_out'(given) {
      // Written by feed-updates.service.ts.
      const payload = given as FanOutPayload
      const { accountId, photoIds, isReady } = payload
      let reader = await raiseFloor()
      // Primary: whether an account is pushed must be known exactly once it was announced.
      const author = await db.readPrimary((db) => queries.fanOutState(db, accountId))
      if (!author) return
      for (const photoId of photoIds) await lists.push([accountId], photoId)
      if (!isReady || author.is_announced === true) return
      const isPulled = author.is_announced !== null || author.follower_count > pushMaxFollowers
      if (isPulled && author.is_announced === null) {
        await db.writeUnowned((trx) => queries.insertPulled(trx, accountId))
        reader = await raiseFloor()
      }
      const isDone = await eachBatch('feed.fan_out', payload, reader, async (followerIds) => {
        for (const photoId of photoIds)
          metrics.feedDeliveries.inc(await lists.push(followerIds, photoId, isPulled ? accountId : null))
      })
      if (isDone && isPulled) await db.writeUnowned((trx) => queries.markAnnounced(trx, accountId))
    },

    /** Takes photos out of lists, so that pages need not drop them. Twice is harmless: what is gone is not there. */
    async 'feed.drop'(given) {
      // Written by feed-updates.service.ts.
      const payload = given as FanOutPayload
      await lists.drop([payload.accountId], payload.photoIds)
      await eachBatch('feed.drop', payload, VISITOR, (followerIds) => lists.drop(followerIds, payload.photoIds))
    },
  }
}
