import { PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { PhotoPage } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, FLOAT_SHAPE, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { viewerOf } from '../../platform/viewer.ts'
import { likedAmong } from '../likes/likes.service.ts'
import { loadCards } from '../photos/photos.service.ts'
import { hottestIds, type HotPosition } from './explore.queries.ts'

const CURSOR_KIND = 'explore'
const CURSOR_SHAPES = [/^explore$/, FLOAT_SHAPE, UUID_SHAPE]

export function exploreRoutes(app: App, { db }: { db: Database }): void {
  app.get(
    '/api/explore',
    {
      config: route({ access: 'public', reads: 'sticky', cache: publicPage(() => ['explore']) }),
      schema: {
        summary: 'Recent and liked photos of everyone: the page of who is not signed in',
        tags: ['explore'],
        querystring: PageQuery,
        response: { 200: PhotoPage },
      },
    },
    (request) => {
      const viewer = viewerOf(request)
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : positionOf(cursor)
      return db.read(viewer, async (db) => {
        const found = await hottestIds(db, { before, limit: limit + 1 })
        const { items: positions, nextCursor } = toPage(found, limit, ({ hot, id }) => [CURSOR_KIND, hot, id])
        const ids = positions.map(({ id }) => id)
        const [items, liked] = await Promise.all([loadCards(db, ids), likedAmong(db, viewer, ids)])
        return { items, nextCursor, viewer: { liked } }
      })
    },
  )
}

function positionOf(cursor: string): HotPosition {
  const [, hot = '', id = ''] = decodeCursor(cursor, CURSOR_SHAPES)
  return { hot, id }
}
