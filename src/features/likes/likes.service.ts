import type { LikeState } from '../../contract/photos.ts'
import { urlsOfPhoto } from '../../contract/public-pages.ts'
import type { CacheTrace } from '../../platform/cache-kind.ts'
import type { CachedKind, Database } from '../../platform/consistency.ts'
import type { Events } from '../../platform/events.ts'
import { countIds, splitIds, UUID_CHARS } from '../../platform/ids.ts'
import type { Viewer } from '../../platform/viewer.ts'
import { recountCards } from '../photos/photo-cards.service.ts'
import { refuseMissing } from '../photos/photos.service.ts'
import * as queries from './likes.queries.ts'

export type Likes = ReturnType<typeof createLikes>

/** What fits into a few kilobytes; older photos than these are asked for by themselves. */
const KNOWN_MAX = 300
/** Less than any id: these are all. */
const NO_FLOOR = '0'.repeat(UUID_CHARS)

interface Liked {
  /** From this id on all that the account likes is among `ids`. */
  floor: string
  ids: ReadonlySet<string>
}

const NOTHING: Liked = { floor: NO_FLOOR, ids: new Set() }

/** By account. Payload: the floor, then the ids of photos that the account likes. */
export const likedPhotos: CachedKind<Liked> = {
  name: 'liked',
  ttlSeconds: 300,
  memorySeconds: 300,
  async load(db, accountIds) {
    const rows = await queries.newestLiked(db, accountIds, KNOWN_MAX)
    return new Map(
      rows.map(({ account_id: id, ids }) => {
        const floor = countIds(ids) < KNOWN_MAX ? NO_FLOOR : ids.slice(-UUID_CHARS)
        return [id, ids === '' ? floor : `${floor},${ids}`]
      }),
    )
  },
  decode(payload) {
    const [floor = NO_FLOOR, ...ids] = splitIds(payload)
    return { floor, ids: new Set(ids) }
  },
}

/** Which of these photos the viewer likes; none for a visitor. */
export async function likedAmong(
  db: Database,
  viewer: Viewer,
  photoIds: readonly string[],
  trace?: CacheTrace,
): Promise<string[]> {
  if (!viewer.account || photoIds.length === 0) return []
  const accountId = viewer.account.id
  const [known] = await db.cached(viewer, likedPhotos, [accountId], trace)
  const { floor, ids } = known ?? NOTHING
  const liked = photoIds.filter((id) => ids.has(id))
  const older = photoIds.filter((id) => id < floor)
  if (older.length === 0) return liked
  if (trace) trace.hasLoaded = true
  return [...liked, ...(await db.read(viewer, (db) => queries.likedPhotoIds(db, accountId, older)))]
}

export function createLikes({ db, events }: { db: Database; events: Events }) {
  /** Repeating it changes nothing. @throws AppError photo.not_found, photo.gone, photo.hidden */
  async function set(accountId: string, photoId: string, liked: boolean): Promise<LikeState> {
    const { likeCount, isChanged } = await db.writeStatement(accountId, async (db, after) => {
      recountCards(after, photoId)
      after.touch(likedPhotos, accountId)
      const photo = (await queries.setLike(db, photoId, accountId, liked)) ?? (await refuseMissing(db, photoId))
      if (photo.is_changed) after.rewrite(urlsOfPhoto(photo), 'soon')
      return { likeCount: photo.like_count, isChanged: photo.is_changed }
    })
    if (liked && isChanged) events.note('photo.liked', { photoId, accountId })
    return { liked, likeCount }
  }
  return { set }
}
