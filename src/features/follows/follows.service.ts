import type { AccountPage } from '../../contract/accounts.ts'
import type { FollowState } from '../../contract/follows.ts'
import { urlsOfFollow } from '../../contract/public-pages.ts'
import type { AfterCommit, Database } from '../../platform/consistency.ts'
import { decodeCursor, INSTANT_SHAPE, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import type { Viewer, ViewerAccount } from '../../platform/viewer.ts'
import {
  accountCard,
  notFound,
  profiles,
  requireAccountId,
  requireUsername,
  type CardFields,
} from '../accounts/accounts.service.ts'
import { followedAmong, followees } from '../accounts/followees.service.ts'
import * as queries from './follows.queries.ts'

export type Follows = ReturnType<typeof createFollows>

/** Cards of accounts, and which of them the viewer follows. */
async function accountsFor(db: Database, viewer: Viewer, rows: readonly (CardFields & { id: string })[]) {
  const followed = await followedAmong(
    db,
    viewer,
    rows.map((row) => row.id),
  )
  return {
    items: rows.map(accountCard),
    viewer: { follows: rows.filter((row) => followed.has(row.id)).map((row) => row.username) },
  }
}

export function createFollows(deps: {
  db: Database
  events: Events
  /** Whom one follows decides what is in one's feed: feeds stand on follows, so follows are given them. */
  feeds: {
    followed: (after: Pick<AfterCommit, 'run'>, ownerId: string, accountId: string) => void
    forget: (after: Pick<AfterCommit, 'run'>, accountId: string) => void
  }
}) {
  const { db, events, feeds } = deps

  /** Following twice is following once. @throws AppError account.not_found, follow.self */
  async function set(account: ViewerAccount, username: string, follows: boolean): Promise<FollowState> {
    const {
      id: followeeId,
      followerCount,
      isChange,
    } = await db.writeStatement(account.id, async (db, after) => {
      const followed = await queries.setFollow(db, account.id, requireUsername(username), follows)
      if (!followed) throw notFound(username)
      const { id, follower_count: followerCount, isBoth, isChange } = followed
      if (id === account.id) throw new AppError('follow.self', 'Choose somebody else.')
      if (!isBoth) throw new AppError('session.required', 'This account was deleted.')
      // The cards of accounts show no numbers.
      after.recount(profiles, account.id, id)
      after.touch(followees, account.id)
      if (isChange && follows) feeds.followed(after, account.id, id)
      else if (isChange) feeds.forget(after, account.id)
      if (isChange) after.rewrite(urlsOfFollow(account.username, username), 'soon')
      return { id, followerCount, isChange }
    })
    if (isChange && follows) events.note('account.followed', { followerId: account.id, followeeId })
    return { follows, followerCount }
  }

  /** Newest first. @throws AppError account.not_found, request.cursor_invalid */
  async function list(
    viewer: Viewer,
    username: string,
    side: 'followers' | 'following',
    page: { cursor?: string; limit: number },
  ): Promise<AccountPage> {
    const after = page.cursor === undefined ? null : toPosition(side, page.cursor)
    const rows = await db.read(viewer, async (db) => {
      const accountId = await requireAccountId(db, username)
      return queries.listFollows(db, accountId, side, { after, limit: page.limit + 1 })
    })
    const { items, nextCursor } = toPage(rows, page.limit, (row) => [side, row.position, row.id])
    return { ...(await accountsFor(db, viewer, items)), nextCursor }
  }

  return { set, list }
}

/** @throws AppError request.cursor_invalid */
function toPosition(side: string, cursor: string): queries.FollowPosition {
  const [, createdAt = '', accountId = ''] = decodeCursor(cursor, [new RegExp(`^${side}$`), INSTANT_SHAPE, UUID_SHAPE])
  return { createdAt, accountId }
}
