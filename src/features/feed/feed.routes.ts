import { PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { PhotoPage } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { CURSOR_KIND, feedPage } from './feed.service.ts'

const CURSOR_SHAPES = [new RegExp(`^${CURSOR_KIND}$`), UUID_SHAPE]

export function feedRoutes(app: App, { db }: { db: Database }): void {
  app.get(
    '/api/feed',
    {
      config: route({ access: 'member', reads: 'sticky' }),
      schema: {
        summary: 'Photos of your own and of those you follow, newest first',
        tags: ['feed'],
        querystring: PageQuery,
        response: { 200: PhotoPage },
      },
    },
    (request) => {
      const viewer = { ...viewerOf(request), account: accountOf(request) }
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, CURSOR_SHAPES)[1] ?? null)
      return db.read(viewer, (db) => feedPage(db, viewer, { before, limit }))
    },
  )
}
