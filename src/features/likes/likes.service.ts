import type { LikeState } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import type { Events } from '../../platform/events.ts'
import type { Reader } from '../../platform/postgres.ts'
import type { Viewer } from '../../platform/viewer.ts'
import { holdPhoto } from '../photos/photos.service.ts'
import * as queries from './likes.queries.ts'

export type Likes = ReturnType<typeof createLikes>

/** Which of these photos the viewer likes; none for a visitor. */
export async function likedAmong(db: Reader, viewer: Viewer, photoIds: readonly string[]): Promise<string[]> {
  return viewer.account && photoIds.length > 0 ? queries.likedPhotoIds(db, viewer.account.id, photoIds) : []
}

export function createLikes({ db, events }: { db: Database; events: Events }) {
  /** Repeating it changes nothing: only a row that came or went is counted, under the photo's lock. */
  async function set(accountId: string, photoId: string, liked: boolean): Promise<LikeState> {
    const { likeCount, isChanged } = await db.write(accountId, async (trx) => {
      const photo = await holdPhoto(trx, photoId)
      const isChanged = await (liked ? queries.insertLike : queries.deleteLike)(trx, photoId, accountId)
      if (!isChanged) return { likeCount: photo.like_count, isChanged }
      const change = liked ? 1 : -1
      await queries.addToLikeCount(trx, photoId, change)
      return { likeCount: photo.like_count + change, isChanged }
    })
    if (liked && isChanged) events.note('photo.liked', { photoId, accountId })
    return { liked, likeCount }
  }
  return { set }
}
