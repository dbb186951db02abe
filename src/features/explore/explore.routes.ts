import { PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../../contract/limits.ts'
import { PhotoPage } from '../../contract/photos.ts'
import type { CachedKind, Database } from '../../platform/consistency.ts'
import { decodeCursor, FLOAT_SHAPE, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { detached } from '../../platform/ids.ts'
import { sendJson } from '../../platform/ready-json.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { viewerOf, type Viewer } from '../../platform/viewer.ts'
import { likedAmong } from '../likes/likes.service.ts'
import { cardViews, EXPLORE_TOP_ID, exploreTop, pageJson } from '../photos/photo-cards.service.ts'
import { hottestIds, type HotPosition } from './explore.queries.ts'

const CURSOR_KIND = 'explore'
const CURSOR_SHAPES = [/^explore$/, FLOAT_SHAPE, UUID_SHAPE]

export function exploreRoutes(app: App, { db }: { db: Database }): void {
  async function hottest(viewer: Viewer, count: number): Promise<readonly HotPosition[]> {
    const [known = []] = await db.cached(viewer, top, [EXPLORE_TOP_ID])
    return known.slice(0, count)
  }

  app.get(
    '/api/explore',
    {
      config: route({ access: 'public', reads: 'sticky', cache: publicPage(() => ['explore']), shed: 'heavy' }),
      schema: {
        summary: 'Recent and liked photos of everyone: the page of who is not signed in',
        tags: ['explore'],
        querystring: PageQuery,
        response: { 200: PhotoPage },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : positionOf(cursor)
      const found =
        before === null
          ? await hottest(viewer, limit + 1)
          : await db.read(viewer, (db) => hottestIds(db, { before, limit: limit + 1 }))
      const { items: positions, nextCursor } = toPage(found, limit, ({ hot, id }) => [CURSOR_KIND, hot, id])
      const ids = positions.map(({ id }) => id)
      const [cards, liked] = await Promise.all([cardViews(db, viewer, ids), likedAmong(db, viewer, ids)])
      return sendJson(reply, pageJson(cards, nextCursor, liked))
    },
  )
}

/** `id:hot` of the hottest photos, as many as the longest page needs. */
const top: CachedKind<readonly HotPosition[]> = {
  ...exploreTop,
  async load(db, keys) {
    const found = await hottestIds(db, { before: null, limit: PAGE_LIMIT_MAX + 1 })
    const payload = found.map(({ id, hot }) => `${id}:${hot}`).join()
    return new Map(keys.map((key) => [key, payload]))
  },
  decode: (payload) =>
    payload.split(',').map((text) => {
      const [id = '', hot = ''] = text.split(':')
      return { id: detached(id), hot }
    }),
}

function positionOf(cursor: string): HotPosition {
  const [, hot = '', id = ''] = decodeCursor(cursor, CURSOR_SHAPES)
  return { hot, id }
}
