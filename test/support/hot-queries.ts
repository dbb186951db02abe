import type { Reader } from '../../src/platform/postgres.ts'
import { newestFollowees } from '../../src/features/accounts/followees.queries.ts'
import { commentsOf } from '../../src/features/comments/comments.queries.ts'
import { hottestIds } from '../../src/features/explore/explore.queries.ts'
import { feedIds, followersAfter, joiningIds, listIds } from '../../src/features/feed/feed.queries.ts'
import { likedPhotoIds, likersOf, newestLiked } from '../../src/features/likes/likes.queries.ts'
import { photoIdsOf, photoRows, recentIds } from '../../src/features/photos/photos.queries.ts'

/** Whose and which: any will do, and another each time where speed is measured. */
export interface Subject {
  account: string
  photo: string
  photos: readonly string[]
}

export interface HotQuery {
  name: string
  run: (db: Reader, subject: Subject) => Promise<unknown>
  /** What must be in its plan: one index, or one of several that serve as well. */
  indexes: readonly string[]
}

const LIMIT = 21
const FAR = '2100-01-01T00:00:00.000000Z'

/** What people's pages ask the database most; each is one statement. */
export const HOT_QUERIES: readonly HotQuery[] = [
  {
    name: 'feed',
    run: (db, { account }) => feedIds(db, account, { before: null, limit: LIMIT }),
    indexes: ['photos_account'],
  },
  {
    name: 'feed, next page',
    run: (db, { account, photo }) => feedIds(db, account, { before: photo, limit: LIMIT }),
    indexes: ['photos_account'],
  },
  {
    name: 'feed list, built anew',
    run: (db, { account }) => listIds(db, account, 500),
    indexes: ['photos_account'],
  },
  {
    name: 'feed list, after a follow',
    run: (db, { account }) => joiningIds(db, [account], 501),
    indexes: ['photos_account'],
  },
  {
    name: 'followers to push to',
    run: (db, { account }) => followersAfter(db, account, { after: null, limit: 1_000 }),
    indexes: ['follows_followers'],
  },
  {
    name: 'whom one follows',
    run: (db, { account }) => newestFollowees(db, [account], 500),
    indexes: ['follows_following'],
  },
  {
    name: 'profile, next page',
    run: (db, { account, photo }) => photoIdsOf(db, account, { before: photo, limit: LIMIT, includeUnready: false }),
    indexes: ['photos_account'],
  },
  { name: 'newest of a profile', run: (db, { account }) => recentIds(db, [account], 100), indexes: ['photos_account'] },
  { name: 'cards', run: (db, { photos }) => photoRows(db, photos), indexes: ['photos_pkey'] },
  {
    name: 'comments',
    run: (db, { photo }) => commentsOf(db, photo, { before: photo, limit: LIMIT }),
    indexes: ['comments_of_photo'],
  },
  {
    name: 'likes',
    run: (db, { account, photo }) =>
      likersOf(db, photo, { viewerId: account, before: { at: FAR, accountId: account }, limit: LIMIT }),
    indexes: ['likes_of_photo'],
  },
  {
    name: 'liked',
    run: (db, { account, photos }) => likedPhotoIds(db, account, photos),
    indexes: ['likes_pkey', 'likes_of_account'],
  },
  { name: 'newest liked', run: (db, { account }) => newestLiked(db, [account], 300), indexes: ['likes_of_account'] },
  { name: 'explore', run: (db) => hottestIds(db, { before: null, limit: LIMIT }), indexes: ['photos_explore'] },
  {
    name: 'explore, next page',
    run: (db, { photo }) => hottestIds(db, { before: { hot: '40000.5', id: photo }, limit: LIMIT }),
    indexes: ['photos_explore'],
  },
]
