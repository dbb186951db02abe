import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Problem } from '../../src/contract/common.ts'
import { startApp } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'

/** Asks as NGINX does, which says when it passed the request on. */
function ask(origin: string, path: string, method = 'GET') {
  return fetch(`${origin}${path}`, { method, headers: { 'x-request-start': `t=${(Date.now() / 1_000).toFixed(3)}` } })
}

/** Keeps the loop busy for `ms` out of each turn. */
function occupy(ms: number): { stop: () => void } {
  const timer = setInterval(() => {
    for (const end = performance.now() + ms; performance.now() < end;);
  }, 1)
  return { stop: () => clearInterval(timer) }
}

/** The client shares the busy loop: with fewer at each of its turns, the places that there are at least (a quarter of 32) never fill. */
const PER_TURN = 8

/** Requests that keep coming, whether or not those before were answered: overload is a queue that stands. */
function keepArriving(send: () => Promise<Response>) {
  const answers: Response[] = []
  const sent: Promise<unknown>[] = []
  const timer = setInterval(() => {
    for (let call = 0; call < PER_TURN; call += 1) sent.push(send().then((answer) => answers.push(answer)))
  }, 5)
  return {
    answers,
    async stop() {
      clearInterval(timer)
      await Promise.all(sent)
    },
  }
}

test('an overloaded app server refuses with 503 and says when to come back; health and signing out stay', async (t) => {
  // All of them come from one client, whose budget is not what is tested.
  const app = await startApp(t, { MINIGRAM_SHED_DELAY_MS: '20', MINIGRAM_LIMIT_READS_PER_MINUTE: '1000000' })
  const calm = await ask(app.origin, '/api/search/accounts?q=a')
  assert.deepEqual([calm.status, calm.headers.get('content-encoding')], [200, null])

  const occupied = occupy(80)
  t.after(occupied.stop)
  // Another search each time: what is in a cache is answered in the same turn, and takes no place.
  let nr = 0
  const search = () => `/api/search/accounts?q=${((nr += 1) % 36 ** 2).toString(36)}`
  const arriving = keepArriving(() => ask(app.origin, search()))
  t.after(arriving.stop)
  const refused = await eventually(
    'a search is refused',
    20_000,
    async () => arriving.answers.find(({ status }) => status === 503) ?? null,
  )
  assert.ok(Number(refused.headers.get('retry-after')) >= 1)
  assert.match(String(refused.headers.get('content-type')), /^application\/problem\+json/)
  assert.equal(refused.headers.get('cache-control'), 'private, no-store')
  const problem = (await refused.json()) as Problem
  assert.equal(problem.code, 'service.overloaded')
  assert.ok(problem.requestId)
  const answered = arriving.answers.filter(({ status }) => status === 200)
  assert.ok(
    answered.some(({ headers }) => headers.get('content-encoding') === 'identity'),
    'what is answered meanwhile is not to be compressed',
  )
  assert.equal((await ask(app.origin, '/health/ready')).status, 200)
  assert.equal(
    (await ask(app.origin, '/api/sessions/current', 'DELETE')).status,
    401,
    'nobody was signed in, and it was asked',
  )
  assert.match(
    await app.services.metrics.registry.metrics(),
    /http_requests_shed_total\{class="heavy",instance="app1"\} [1-9]/,
  )

  occupied.stop()
  await arriving.stop()
  await eventually('a search is answered', 20_000, async () =>
    (await ask(app.origin, '/api/search/accounts?q=a')).status === 200 ? true : null,
  )
})

test('who does not come through the balancer is never refused', async (t) => {
  const app = await startApp(t, { MINIGRAM_SHED_DELAY_MS: '1' })
  const occupied = occupy(30)
  t.after(occupied.stop)
  for (const end = Date.now() + 1_500; Date.now() < end;)
    assert.equal((await fetch(`${app.origin}/api/instance`)).status, 200)
})
