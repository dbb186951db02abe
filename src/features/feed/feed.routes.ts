import type { FastifyRequest } from 'fastify'
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

const FIRST_PAGE = '/api/feed'
const CURSOR_SHAPES = [new RegExp(`^${CURSOR_KIND}$`), UUID_SHAPE]
const own = { access: 'member', reads: 'sticky', shed: 'feed' } as const

export function feedRoutes(app: App, { feed }: { feed: Feed }): void {
  const begun = new WeakMap<FastifyRequest, ReturnType<Feed['begin']>>()
  /** Of a feed as it is first looked at: any other query is still to be checked. */
  const ahead = (request: FastifyRequest, accountId: string) => {
    if (request.url === FIRST_PAGE) begun.set(request, feed.begin(accountId, PAGE_LIMIT_DEFAULT))
  }

  app.get(
    FIRST_PAGE,
    {
      config: route({ ...own, ahead }),
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
      return sendJson(reply, await feed.page(viewer, { before, limit }, begun.get(request)))
    },
  )

  app.get(
    '/api/feed/explain',
    {
      config: route(own),
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
