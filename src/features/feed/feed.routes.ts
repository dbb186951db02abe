import { PageQuery } from '../../contract/common.ts'
import { FeedExplainQuery, FeedExplanation } from '../../contract/feed.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { PhotoPage } from '../../contract/photos.ts'
import { decodeCursor, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { sendJson } from '../../platform/ready-json.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { CURSOR_KIND, type Feed } from './feed.service.ts'

const CURSOR_SHAPES = [new RegExp(`^${CURSOR_KIND}$`), UUID_SHAPE]
const own = { config: route({ access: 'member', reads: 'sticky', shed: 'feed' }) }

export function feedRoutes(app: App, { feed }: { feed: Feed }): void {
  app.get(
    '/api/feed',
    {
      ...own,
      schema: {
        summary: 'Photos of your own and of those you follow, newest first',
        tags: ['feed'],
        querystring: PageQuery,
        response: { 200: PhotoPage },
      },
    },
    async (request, reply) => {
      const viewer = { ...viewerOf(request), account: accountOf(request) }
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, CURSOR_SHAPES)[1] ?? null)
      return sendJson(reply, await feed.page(viewer, { before, limit }))
    },
  )

  app.get(
    '/api/feed/explain',
    {
      ...own,
      schema: {
        summary: 'How the first page of your own feed is put together: by push or pull, from which cache, in how long',
        tags: ['feed'],
        querystring: FeedExplainQuery,
        response: { 200: FeedExplanation },
      },
    },
    (request) => {
      const viewer = { ...viewerOf(request), account: accountOf(request) }
      return feed.explain(viewer, request.query.limit ?? PAGE_LIMIT_DEFAULT)
    },
  )
}
