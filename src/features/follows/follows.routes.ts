import { AccountPage } from '../../contract/accounts.ts'
import { PageQuery, UsernameParams } from '../../contract/common.ts'
import { FollowState } from '../../contract/follows.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import type { App } from '../../platform/http.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import type { Follows } from './follows.service.ts'

const tags = ['follows']
const member = { config: route({ access: 'member', reads: 'primary' }) }
const cache = publicPage(({ username }) => [`account-${username}`])
const anyone = { config: route({ access: 'public', reads: 'sticky', cache }) }
const page = { tags, params: UsernameParams, querystring: PageQuery, response: { 200: AccountPage } }

export function followsRoutes(app: App, { follows }: { follows: Follows }): void {
  app.put(
    '/api/accounts/:username/follow',
    { ...member, schema: { summary: 'Follow', tags, params: UsernameParams, response: { 200: FollowState } } },
    (request) => follows.set(accountOf(request), request.params.username, true),
  )

  app.delete(
    '/api/accounts/:username/follow',
    { ...member, schema: { summary: 'Follow no more', tags, params: UsernameParams, response: { 200: FollowState } } },
    (request) => follows.set(accountOf(request), request.params.username, false),
  )

  app.get(
    '/api/accounts/:username/followers',
    { ...anyone, schema: { ...page, summary: 'Who follows, newest first' } },
    (request) =>
      follows.list(viewerOf(request), request.params.username, 'followers', {
        limit: PAGE_LIMIT_DEFAULT,
        ...request.query,
      }),
  )

  app.get(
    '/api/accounts/:username/following',
    { ...anyone, schema: { ...page, summary: 'Whom they follow, newest first' } },
    (request) =>
      follows.list(viewerOf(request), request.params.username, 'following', {
        limit: PAGE_LIMIT_DEFAULT,
        ...request.query,
      }),
  )
}
