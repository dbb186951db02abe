import { RENDITION_WIDTHS } from '../../contract/limits.ts'
import type { PhotoCard, Renditions } from '../../contract/photos.ts'
import type { CacheKind, CacheTrace } from '../../platform/cache-kind.ts'
import type { AfterCommit, CachedKind, Database } from '../../platform/consistency.ts'
import { countIds, detached, splitIds, UUID_CHARS } from '../../platform/ids.ts'
import type { Reader } from '../../platform/postgres.ts'
import { asciiJson, quoted } from '../../platform/ready-json.ts'
import type { Viewer } from '../../platform/viewer.ts'
import { accountCard, accountCards } from '../accounts/accounts.service.ts'
import * as queries from './photos.queries.ts'

const TTL_SECONDS = 300
/** What a profile's first pages and the feeds of a popular account's followers need. */
const RECENT_MAX = 100

export function photoCard(row: queries.CardRow): PhotoCard {
  return { id: row.id, author: accountCard(row), ...ownFields(row) }
}

function ownFields(row: queries.PhotoRow) {
  return {
    caption: row.caption,
    altText: row.alt_text,
    width: row.width,
    height: row.height,
    thumbhash: row.thumbhash,
    renditions: row.status === 'ready' ? renditions(row.media_key, row.has_avif) : null,
    status: row.status,
    likeCount: row.like_count,
    commentCount: row.comment_count,
    createdAt: row.created_at.toISOString(),
  }
}

function renditions(mediaKey: string, hasAvif: boolean): Renditions {
  return {
    path: `/media/${mediaKey}`,
    widths: [...RENDITION_WIDTHS],
    extensions: hasAvif ? ['avif', 'webp', 'jpg'] : ['webp', 'jpg'],
  }
}

/** The cards of these photos in this order; those that do not exist are left out. Cost: one query. */
export async function loadCards(db: Reader, ids: readonly string[]): Promise<PhotoCard[]> {
  if (ids.length === 0) return []
  const rows = new Map((await queries.cardRows(db, ids)).map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = rows.get(id)
    return row ? [photoCard(row)] : []
  })
}

/** A card without its author, whose name and avatar may change without it. */
interface CardParts {
  id: string
  accountId: string
  isReady: boolean
  /** JSON after the author. */
  rest: string
  /** The last view that was made of it. */
  view: CardView | null
  author: string | null
}

/** Payload: `r` when ready, the author's id, and what follows the author in the card's JSON. */
export const photoCards: CachedKind<CardParts> = {
  name: 'photo-card',
  ttlSeconds: TTL_SECONDS,
  memorySeconds: TTL_SECONDS,
  async load(db, ids) {
    const rows = await queries.photoRows(db, ids)
    return new Map(
      rows.map((row) => {
        const rest = asciiJson(ownFields(row)).replace('{', ',')
        return [row.id, `${row.status === 'ready' ? 'r' : '-'}${row.account_id}${rest}`]
      }),
    )
  },
  decode: (payload, id) => ({
    id,
    accountId: detached(payload.slice(1, 1 + UUID_CHARS)),
    isReady: payload.startsWith('r'),
    rest: payload.slice(1 + UUID_CHARS),
    view: null,
    author: null,
  }),
}

export interface Recent {
  /** Ready photos of an account, newest first. */
  ids: readonly string[]
  /** There are no more. */
  isAll: boolean
}

/** By account. Payload: `*` when these are all and `+` when there are more, then the ids. */
export const recentPhotos: CachedKind<Recent> = {
  name: 'recent-photos',
  ttlSeconds: TTL_SECONDS,
  memorySeconds: TTL_SECONDS,
  async load(db, accountIds) {
    const rows = await queries.recentIds(db, accountIds, RECENT_MAX)
    return new Map(rows.map(({ account_id: id, ids }) => [id, (countIds(ids) < RECENT_MAX ? '*' : '+') + ids]))
  },
  decode: (payload) => ({
    ids: splitIds(payload.slice(1)),
    isAll: payload.startsWith('*'),
  }),
}

/** First page of what everybody sees; `explore` makes it. Likes do not touch it: it is right again within seconds. */
export const exploreTop: CacheKind = { name: 'explore', ttlSeconds: 30, memorySeconds: 5 }
export const EXPLORE_TOP_ID = 'top'

/** After whatever changes these photos for everyone: their texts, their state. */
export function touchCards(after: Pick<AfterCommit, 'touch'>, ...photoIds: readonly string[]): void {
  after.touch(photoCards, ...photoIds)
}

/** After likes and comments of these photos came or went. */
export function recountCards(after: Pick<AfterCommit, 'recount'>, ...photoIds: readonly string[]): void {
  after.recount(photoCards, ...photoIds)
}

/** After photos of an account came, went, or were hidden or shown again: their cards, the account's lists, and explore. */
export function touchPhotos(after: AfterCommit, accountId: string, photoIds: readonly string[]): void {
  touchCards(after, ...photoIds)
  after.touch(recentPhotos, accountId)
  after.touch(exploreTop, EXPLORE_TOP_ID)
}

/** A card, and what decides who may see it. */
export interface CardView {
  id: string
  accountId: string
  isReady: boolean
  json: string
}

/** The cards of these photos in this order; those that do not exist are left out. Cost: nothing, or one round trip each for photos and authors. */
export async function cardViews(
  db: Database,
  viewer: Viewer,
  ids: readonly string[],
  trace?: CacheTrace,
): Promise<CardView[]> {
  if (ids.length === 0) return []
  const photos = await db.cached(viewer, photoCards, ids, trace)
  const places = new Map<string, number>()
  for (const parts of photos) if (parts && !places.has(parts.accountId)) places.set(parts.accountId, places.size)
  const authors = await db.cached(viewer, accountCards, [...places.keys()], trace)
  const views: CardView[] = []
  for (const parts of photos) {
    const author = parts && authors[places.get(parts.accountId) ?? -1]
    if (author) views.push(viewOf(parts, author))
  }
  return views
}

/** Joined once per card and author as they are in memory. */
function viewOf(parts: CardParts, author: string): CardView {
  if (parts.view && parts.author === author) return parts.view
  const { id, accountId, isReady, rest } = parts
  // Joined, and not a template: V8 would keep that as a tree of its pieces, and walk it for every page.
  parts.view = { id, accountId, isReady, json: [`{"id":"${id}","author":`, author, rest].join('') }
  parts.author = author
  return parts.view
}

/** A `PhotoPage`. */
export function pageJson(cards: readonly CardView[], nextCursor: string | null, liked: readonly string[]): string {
  const items = cards.map(({ json }) => json).join()
  return `{"items":[${items}],"nextCursor":${quoted(nextCursor)},"viewer":${likedJson(liked)}}`
}

/** A `PhotoDetail`. */
export function detailJson({ json }: CardView, liked: readonly string[]): string {
  return `${json.slice(0, -1)},"viewer":${likedJson(liked)}}`
}

/** A `PhotoViewer`. */
function likedJson(liked: readonly string[]): string {
  return liked.length === 0 ? '{"liked":[]}' : `{"liked":["${liked.join('","')}"]}`
}
