import type { PhotoCard, PhotoPage } from '../../contract/photos.ts'
import { encodeCursor } from '../../platform/cursor.ts'
import type { Reader } from '../../platform/postgres.ts'
import type { Viewer, ViewerAccount } from '../../platform/viewer.ts'
import { likedAmong } from '../likes/likes.service.ts'
import { loadCards } from '../photos/photos.service.ts'
import { feedIds } from './feed.queries.ts'

export const CURSOR_KIND = 'feed'
/** A page whose photos are dropped again and again is answered short, with a cursor to go on from. */
const REFILLS_MAX = 10

/** Newest first, what the account and those it follows published. Four steps: ids → load → drop → shape. */
export async function feedPage(
  db: Reader,
  viewer: Viewer & { account: ViewerAccount },
  page: { before: string | null; limit: number },
): Promise<PhotoPage> {
  const { cards, position } = await fill(page, {
    ids: (before, limit) => feedIds(db, viewer.account.id, { before, limit }),
    load: (ids) => loadCards(db, ids),
    isVisible: visibleTo(viewer.account),
  })
  const liked = await likedAmong(
    db,
    viewer,
    cards.map(({ id }) => id),
  )
  return {
    items: cards,
    nextCursor: position === null ? null : encodeCursor([CURSOR_KIND, position]),
    viewer: { liked },
  }
}

/** A photo that is not ready is its author's alone. */
function visibleTo(account: ViewerAccount) {
  return (card: PhotoCard) => card.status === 'ready' || card.author.username === account.username
}

interface Steps {
  /** At most `limit` ids after `before`, newest first; fewer only when there are no more. */
  ids: (before: string | null, limit: number) => Promise<string[]>
  load: (ids: readonly string[]) => Promise<PhotoCard[]>
  isVisible: (card: PhotoCard) => boolean
}

/** `limit` visible cards where there are as many, and the position to go on from; null at the end of the list. */
export async function fill(
  { before, limit }: { before: string | null; limit: number },
  steps: Steps,
): Promise<{ cards: PhotoCard[]; position: string | null }> {
  const cards: PhotoCard[] = []
  let position = before
  for (let round = 0; round <= REFILLS_MAX; round += 1) {
    const ids = await steps.ids(position, limit + 1)
    cards.push(...(await steps.load(ids)).filter(steps.isVisible))
    if (cards.length > limit) {
      const shown = cards.slice(0, limit)
      return { cards: shown, position: shown.at(-1)?.id ?? null }
    }
    if (ids.length <= limit) return { cards, position: null }
    position = ids.at(-1) ?? null
  }
  return { cards, position }
}
