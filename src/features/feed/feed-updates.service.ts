import type { AfterCommit } from '../../platform/consistency.ts'
import { enqueue } from '../../platform/jobs.ts'
import type { Writer } from '../../platform/postgres.ts'
import type { FeedLists } from './feed-lists.ts'
import type { FollowerPosition } from './feed.queries.ts'

/** Of the jobs `feed.fan_out` and `feed.drop`; `after` is where to go on. */
export interface FanOutPayload {
  accountId: string
  photoIds: readonly string[]
  /** Of `feed.fan_out`: one that failed to render is its author's alone. */
  isReady: boolean
  after: FollowerPosition | null
}

/** Behind what a person waits for, before what nobody waits for. */
export const FAN_OUT_PRIORITY = 5

export type FeedUpdates = ReturnType<typeof createFeedUpdates>

/** What the rest of the service tells the feed. */
export function createFeedUpdates({ lists }: { lists: Pick<FeedLists, 'pushOwn' | 'follow' | 'forget'> }) {
  const fanOut = (trx: Writer, task: 'feed.fan_out' | 'feed.drop', payload: FanOutPayload) =>
    enqueue(trx, task, payload, { priority: FAN_OUT_PRIORITY })
  return {
    /** Into the author's own list, before the answer. */
    published(after: AfterCommit, accountId: string, photoId: string): void {
      after.run((position) => lists.pushOwn(accountId, photoId, position))
    },
    /** Into the followers' lists, by a job of this transaction: also for photos that are shown again. */
    settled(trx: Writer, accountId: string, photoId: string, status: 'ready' | 'failed'): Promise<void> {
      return fanOut(trx, 'feed.fan_out', { accountId, photoIds: [photoId], isReady: status === 'ready', after: null })
    },
    /** Out of the followers' lists, by a job of this transaction: photos that were deleted or hidden. Pages drop them at once by themselves. */
    removed(trx: Writer, accountId: string, photoIds: readonly string[]): Promise<void> {
      return fanOut(trx, 'feed.drop', { accountId, photoIds, isReady: false, after: null })
    },
    /** The owner follows this account from now on. */
    followed(after: Pick<AfterCommit, 'run'>, ownerId: string, accountId: string): void {
      after.run((position) => lists.follow(ownerId, accountId, position))
    },
    /** Whom these accounts follow has changed, or whether those may be seen: their lists are built again when they look. */
    forget(after: Pick<AfterCommit, 'run'>, ...accountIds: readonly string[]): void {
      after.run((position) => lists.forget(accountIds, position))
    },
  }
}
