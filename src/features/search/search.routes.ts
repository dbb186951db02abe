import { AccountPage } from '../../contract/accounts.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { SearchQuery } from '../../contract/search.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { App } from '../../platform/http.ts'
import { sendJson } from '../../platform/ready-json.ts'
import { route } from '../../platform/route-manifest.ts'
import { viewerOf } from '../../platform/viewer.ts'
import { searchPage } from './search.service.ts'

/**
 * One page and no cursor: the order is by relevance, which changes with every letter and every follow and so holds no
 * position to go on from. Who does not find a name among fifty types another letter of it.
 */
export function searchRoutes(app: App, { db }: { db: Database }): void {
  app.get(
    '/api/search/accounts',
    {
      config: route({ access: 'public', reads: 'sticky', shed: 'heavy' }),
      schema: {
        summary: 'Find people by username or name',
        tags: ['search'],
        querystring: SearchQuery,
        response: { 200: AccountPage },
      },
    },
    async (request, reply) => {
      const { q, limit = PAGE_LIMIT_DEFAULT } = request.query
      const wanted = q.trim().replace(/^@/, '')
      if (wanted === '') throw new AppError('request.invalid', '`q` must hold something to look for.')
      return sendJson(reply, await searchPage(db, viewerOf(request), wanted, limit))
    },
  )
}
