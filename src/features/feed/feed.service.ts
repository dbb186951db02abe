import type { FeedExplanation } from '../../contract/feed.ts'
import type { CacheTier, CacheTrace } from '../../platform/cache-kind.ts'
import { scopeOfLoad } from '../../platform/cache-entry.ts'
import type { Database } from '../../platform/consistency.ts'
import { encodeCursor } from '../../platform/cursor.ts'
import type { Log } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Viewer, ViewerAccount } from '../../platform/viewer.ts'
import { likedAmong } from '../likes/likes.service.ts'
import { cardViews, pageJson, recentPhotos, type CardView } from '../photos/photo-cards.service.ts'
import type { FeedList, FeedLists, Unjoined } from './feed-lists.ts'
import { mergeIds } from './feed-merge.ts'
import { LIST_MAX } from './feed-scripts.ts'
import * as queries from './feed.queries.ts'

export const CURSOR_KIND = 'feed'
/** A page whose photos are dropped again and again is answered short, with a cursor to go on from. */
const REFILLS_MAX = 10
/** An older list is served once more and built again meanwhile: whatever it missed, it misses for no longer. */
const LIST_FRESH_MS = 3_600_000

export type FeedViewer = Viewer & { account: ViewerAccount }
type Page = { before: string | null; limit: number }

export interface FeedDeps {
  db: Database
  lists: Pick<FeedLists, 'read' | 'join' | 'begin' | 'finish'>
  metrics: Pick<Metrics, 'cacheRequest'>
  log: Log
}

export type Feed = ReturnType<typeof createFeed>

/** Newest first, what the account and those it follows published. Four steps: ids → load → drop → shape. */
export function createFeed({ db, lists, metrics, log }: FeedDeps) {
  /** Reads the list of a first page, before it is known whether the account asks for it. */
  function begin(accountId: string, limit: number): ReturnType<FeedLists['read']> {
    return lists.read(accountId, null, limit + 1)
  }

  /** A `PhotoPage` as JSON. `begun`: its list, if that was begun to be read. */
  async function page(viewer: FeedViewer, wanted: Page, begun?: ReturnType<FeedLists['read']>): Promise<string> {
    const trace: CacheTrace = { hasLoaded: false }
    const { cards, position } = await fill(wanted, {
      ids: async (before, limit) => {
        const list = before === wanted.before ? begun : undefined
        return (await idsOf(viewer, { before, limit }, trace, list)).ids
      },
      load: (ids) => cardViews(db, viewer, ids, trace),
      isVisible: visibleTo(viewer.account),
    })
    const shown = cards.map(({ id }) => id)
    const liked = await likedAmong(db, viewer, shown, trace)
    metrics.cacheRequest('redis-main', 'feed', trace.hasLoaded ? 'miss' : 'hit')
    return pageJson(cards, position === null ? null : encodeCursor([CURSOR_KIND, position]), liked)
  }

  /** At most `limit` ids after `before`; fewer only at the end. Cost: one round trip for the list, one for those that are merged. */
  async function idsOf(
    viewer: FeedViewer,
    { before, limit }: Page,
    trace: CacheTrace,
    begun?: ReturnType<FeedLists['read']>,
  ) {
    const accountId = viewer.account.id
    let list = await (begun ?? lists.read(accountId, before, limit))
    if (list && 'accountIds' in list) {
      trace.hasLoaded = true
      list = await join(viewer, list, { before, limit })
    }
    const origin: 'push' | 'rebuilt' = list ? 'push' : 'rebuilt'
    if (!list) {
      list = await build(viewer)
      trace.hasLoaded = true
      if (list && before !== null) list.ids = list.ids.filter((id) => id < before)
    } else if (Date.now() - list.builtAtMs > LIST_FRESH_MS) {
      build(viewer).catch((error: unknown) => log.warn({ event: 'feed.rebuild_failed', error: String(error) }))
    }
    if (list) {
      const recent = list.pulled.length > 0 ? await db.cached(viewer, recentPhotos, list.pulled, trace) : []
      const known = recent.filter((each) => each !== undefined)
      const merged = mergeIds(list, known, { before, limit })
      if (merged) return { ...merged, origin }
    }
    trace.hasLoaded = true
    const ids = await db.read(viewer, (db) => queries.feedIds(db, accountId, { before, limit }))
    return { ids, pulled: new Set<string>(), origin: 'rebuilt' as const }
  }

  /** The list with what whom one has followed since published; null when it is gone. */
  async function join(viewer: FeedViewer, { accountIds, floor }: Unjoined, { before, limit }: Page) {
    const accountId = viewer.account.id
    const scope = scopeOfLoad(viewer.scope, floor)
    // One more than a list has: what is older than these is on none.
    const joining = await db.read({ ...viewer, scope }, (db) => queries.joiningIds(db, accountIds, LIST_MAX + 1))
    await lists.join(accountId, accountIds, joining).catch(() => undefined)
    const list = await lists.read(accountId, before, limit)
    // Somebody else was followed meanwhile.
    return list && 'accountIds' in list ? null : list
  }

  /** From tables as new as whatever passed the list by; null when redis-main cannot be asked. */
  async function build(viewer: FeedViewer): Promise<FeedList | null> {
    const accountId = viewer.account.id
    const begun = await lists.begin(accountId)
    if (!begun) return null
    const scope = begun.isUnsure ? 'primary' : scopeOfLoad(viewer.scope, begun.floor)
    const [ids, pulled] = await db.read({ ...viewer, scope }, (db) =>
      Promise.all([queries.listIds(db, accountId, LIST_MAX), queries.pulledFollowees(db, accountId)]),
    )
    const list = { ids, pulled, isEnd: ids.length < LIST_MAX, builtAtMs: Date.now() }
    await lists.finish(accountId, begun.token, list)
    return list
  }

  /** What a page is made of and what that took; nothing of it is shown to anybody else. */
  async function explain(viewer: FeedViewer, limit: number): Promise<FeedExplanation> {
    const tiers = new Map<string, CacheTier>()
    const trace: CacheTrace = { hasLoaded: false, tiers }
    const startedAt = performance.now()
    const { ids, pulled, origin } = await idsOf(viewer, { before: null, limit }, trace)
    const idsAt = performance.now()
    const cards = (await cardViews(db, viewer, ids, trace)).filter(visibleTo(viewer.account))
    const loadedAt = performance.now()
    await likedAmong(db, viewer, ids, trace)
    const likedAt = performance.now()
    return {
      isHit: !trace.hasLoaded,
      stepsMs: { ids: round(idsAt - startedAt), load: round(loadedAt - idsAt), liked: round(likedAt - loadedAt) },
      items: cards.map(({ id }) => ({ id, by: pulled.has(id) ? 'pull' : origin, card: tiers.get(id) ?? 'database' })),
    }
  }

  return { begin, page, explain }
}

/** A photo that is not ready is its author's alone. */
function visibleTo(account: ViewerAccount) {
  return (card: CardView) => card.isReady || card.accountId === account.id
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}

interface Steps<Card> {
  /** At most `limit` ids after `before`, newest first; fewer only when there are no more. */
  ids: (before: string | null, limit: number) => Promise<string[]>
  load: (ids: readonly string[]) => Promise<Card[]>
  isVisible: (card: Card) => boolean
}

/** `limit` visible cards where there are as many, and the position to go on from; null at the end of the list. */
export async function fill<Card extends { id: string }>(
  { before, limit }: Page,
  steps: Steps<Card>,
): Promise<{ cards: Card[]; position: string | null }> {
  const cards: Card[] = []
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
