import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startApp } from '../support/app.ts'
import { publishes } from '../support/photos.ts'
import { startOwnRedis } from '../support/replicas.ts'
import { PUBLIC_PAGES, pageUrl } from '../../src/contract/public-pages.ts'
import { createApiApp } from '../../src/processes/api-app.ts'
import { limitOf, type DeclaredRoute } from '../../src/platform/route-manifest.ts'

/** A second app server on the first one's services, asked in process. */
async function startTwo(t: TestContext) {
  // Of its own: photos that other tests publish change the same page of everyone's.
  const { port } = await startOwnRedis(t)
  const server = await startApp(t, { MINIGRAM_REDIS_MAIN: `127.0.0.1:${port}` })
  // As if Redis had been up for longer than a write position lives.
  server.services.redisMain.isSettled = () => true
  const app = await createApiApp(server.services, () => 'ready')
  t.after(() => app.close())
  return { server, app, routes: app.declaredRoutes() }
}

const isRead = ({ method }: DeclaredRoute) => method === 'GET' || method === 'HEAD'
const name = ({ method, url }: DeclaredRoute) => `${method} ${url}`

test('who is not signed in gets 401 from every route for members, whatever they send', async (t) => {
  const { app, routes } = await startTwo(t)
  const guarded = routes.filter(({ manifest }) => manifest.access !== 'public')
  assert.ok(guarded.length > 15)
  for (const each of guarded) {
    const url = pageUrl(each.url, { id: '0192c7a0-0000-7000-8000-000000000000', username: 'ann' })
    const answer = await app.inject({ method: each.method as 'GET', url })
    assert.equal(answer.statusCode, 401, name(each))
    assert.equal(answer.headers['cache-control'], 'private, no-store', name(each))
    assert.equal(answer.headers['x-accel-expires'], '0', name(each))
  }
})

test('only public reads may be kept, and exactly those pages of which the addresses can be listed', async (t) => {
  const { routes } = await startTwo(t)
  const kept = routes.filter(({ manifest }) => manifest.cache)
  for (const each of kept) assert.ok(isRead(each) && each.manifest.access === 'public', name(each))
  const urls = kept.filter(({ method }) => method === 'GET').map(({ url }) => url)
  assert.deepEqual(urls.toSorted(), PUBLIC_PAGES.toSorted())
})

test('a visitor’s page is kept as declared, a member’s never, and neither by another spelling', async (t) => {
  const { server, app, routes } = await startTwo(t)
  const [ann] = await server.people('ann')
  const { id } = await publishes(server, ann)
  const params = { id, username: ann.username }
  for (const each of routes.filter(({ manifest, method }) => manifest.cache && method === 'GET')) {
    const url = pageUrl(each.url, params)
    const { cache = assert.fail() } = each.manifest
    const ask = (path: string, headers: Record<string, string> = {}) =>
      app.inject({ method: 'GET', url: path, headers })
    const visitor = await ask(url)
    assert.equal(visitor.statusCode, 200, url)
    assert.equal(visitor.headers['x-accel-expires'], String(cache.sharedSeconds), url)
    assert.equal(visitor.headers['cache-control'], 'public, max-age=0, must-revalidate', url)
    assert.equal(visitor.headers['cdn-cache-control'], 'no-store', url)
    assert.equal(visitor.headers['surrogate-key'], cache.tags(params).join(' '), url)
    assert.equal(visitor.headers.vary, 'Cookie, Authorization', url)
    assert.equal(visitor.headers['set-cookie'], undefined, url)
    assert.equal(visitor.headers.ratelimit, undefined, 'a budget is the business of one client')
    assert.match(String(visitor.headers.etag), /^W\/"[\w-]{22}"$/)
    assert.equal((await ask(url)).headers.etag, visitor.headers.etag)

    for (const headers of [
      { authorization: `Bearer ${ann.token}` },
      { cookie: `mg=${ann.token}` },
      { cookie: 'mg=over-long-ago' },
      { cookie: 'theme=dark; __Host-mg=x' },
      { authorization: 'Basic YTpi' },
    ]) {
      const member = await ask(url, headers)
      assert.equal(member.headers['cache-control'], 'private, no-store', `${url} ${JSON.stringify(headers)}`)
      assert.equal(member.headers['x-accel-expires'], '0', url)
      assert.equal(member.headers.vary, 'Cookie, Authorization', url)
    }
    for (const spelling of [`${url}/`, `${url}?limit=20`, url.replace('api', '%61pi'), url.toUpperCase()]) {
      assert.equal((await ask(spelling)).headers['x-accel-expires'], '0', spelling)
    }
  }
})

test('refusals, writes and everything undeclared are nobody’s to keep', async (t) => {
  const { server, app, routes } = await startTwo(t)
  const paths = [
    '/api/nothing',
    '/config.json',
    '/api/search/accounts?q=a',
    '/api/explore?cursor=x',
    '/api/accounts/Nobody',
  ]
  for (const path of paths) {
    const answer = await app.inject({ method: 'GET', url: path })
    assert.equal(answer.headers['cache-control'], 'private, no-store', path)
    assert.equal(answer.headers['x-accel-expires'], '0', path)
  }
  for (const path of ['/api/photos/0192c7a0-0000-7000-8000-000000000000', '/api/accounts/nobody_here']) {
    const answer = await app.inject({ method: 'GET', url: path })
    assert.equal(answer.statusCode, 404)
    assert.equal(answer.headers['cache-control'], 'private, no-store', path)
    assert.equal(answer.headers['x-accel-expires'], '1', 'it takes the place of what NGINX had there, and no more')
  }
  const [ann] = await server.people('ann')
  const renewed = await ann.get('/api/accounts/me')
  assert.equal(renewed.headers.get('cache-control'), 'private, no-store')
  assert.ok(routes.some(({ manifest }) => !manifest.cache))
})

test('the API’s description says of every route who may call, where it reads, who may keep it and what it costs', async (t) => {
  const { app, routes } = await startTwo(t)
  const { paths } = (await app.inject('/api/openapi.json')).json()
  const described = routes.filter(
    ({ method, url }) => method !== 'HEAD' && url.startsWith('/api/') && url !== '/api/openapi.json',
  )
  for (const { method, url, manifest } of described) {
    const operation = paths[url.replace(/:(\w+)/g, '{$1}')][method.toLowerCase()]
    assert.equal(operation['x-access'], manifest.access, url)
    assert.equal(operation['x-reads'], manifest.reads, url)
    assert.equal(operation['x-limit'], limitOf(manifest, method), url)
    assert.equal(operation['x-cache'].sharedSeconds, manifest.cache?.sharedSeconds, url)
  }
})
