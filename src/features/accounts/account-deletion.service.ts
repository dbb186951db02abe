import { urlsOfAccount, urlsTouched } from '../../contract/public-pages.ts'
import type { AfterCommit } from '../../platform/consistency.ts'
import type { Events } from '../../platform/events.ts'
import type { Writer } from '../../platform/postgres.ts'
import * as queries from './account-deletion.queries.ts'
import { accountIds, touchAccounts } from './accounts.service.ts'
import { deleteSessionsOf } from './sessions.queries.ts'
import type { Sessions } from './sessions.service.ts'

export interface AccountDeletionDeps {
  sessions: Pick<Sessions, 'write'>
  /** Marks the account's photos as gone and has their files removed: photos stand on accounts, so accounts are given it. */
  forgetPhotosOf: (trx: Writer, accountId: string) => Promise<void>
  /** Has the archive of its data removed. */
  forgetExportOf: (trx: Writer, accountId: string) => Promise<void>
  /** Tells caches that these photos, and what the account has published, are not what they were. */
  touchPhotos: (after: AfterCommit, accountId: string, photoIds: readonly string[]) => void
  /** Those who follow it get new feeds. */
  forgetFeeds: (after: AfterCommit, ...accountIds: readonly string[]) => void
  eraseMedia: (trx: Writer, keys: readonly string[]) => Promise<void>
  events: Events
}

export type AccountDeletion = ReturnType<typeof createAccountDeletion>

/**
 * Removes an account with everything it left, in one transaction, and corrects the counters of everyone else. Done twice
 * it is done once. Locks are taken in the order that everybody keeps, photos before accounts, each by ascending id;
 * what arrives between two of them can still end in a deadlock, whose victim runs again.
 */
export function createAccountDeletion(deps: AccountDeletionDeps) {
  const { sessions, forgetPhotosOf, forgetExportOf, touchPhotos, forgetFeeds, eraseMedia, events } = deps
  return async function deleteAccount(accountId: string): Promise<void> {
    const isDeleted = await sessions.write(accountId, async (trx, ended, after) => {
      const photoIds = await queries.lockOwnPhotos(trx, accountId)
      photoIds.push(...(await queries.lockTouchedPhotos(trx, accountId)))
      const neighbours = await queries.lockNeighbours(trx, accountId)
      const neighbourIds = neighbours.map(({ id }) => id)
      const account = await queries.lockForDeletion(trx, accountId)
      if (!account) return false
      after.touch(accountIds, account.username)
      touchAccounts(after, accountId, ...neighbourIds)
      touchPhotos(after, accountId, photoIds)
      const names = neighbours.map(({ username }) => username)
      after.rewrite([...urlsOfAccount(account), ...urlsTouched(photoIds, names)], 'surely')
      forgetFeeds(after, ...neighbourIds)
      await forgetPhotosOf(trx, accountId)
      await forgetExportOf(trx, accountId)
      await queries.deletePhotosOf(trx, accountId)
      await queries.takeBackLikes(trx, accountId)
      await queries.takeBackComments(trx, accountId)
      await queries.takeBackFollows(trx, accountId)
      ended.add(await deleteSessionsOf(trx, accountId, null))
      await queries.deleteAccount(trx, accountId)
      if (account.avatar_key !== null) await eraseMedia(trx, [account.avatar_key])
      return true
    })
    if (isDeleted) events.note('account.deleted', { accountId })
  }
}
