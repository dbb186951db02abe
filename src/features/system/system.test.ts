import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused } from '../../../test/support/person.ts'

test('an app server tells its name, its health and where media are', async (t) => {
  const app = await startApp(t)
  const visitor = app.visitor()
  assert.equal((await visitor.get('/api/instance')).body.instance, 'app1')
  assert.deepEqual((await visitor.get('/health/live')).body, { status: 'ok' })
  assert.deepEqual((await visitor.get('/health/ready')).body, { status: 'ready' })
  assert.match((await visitor.get('/config.json')).body.edgeOrigin, /^http:\/\/127\.0\.0\.1:8081$/)
  assert.equal((await visitor.get('/health')).body.checks.postgres, 'ok')
  assert.equal((await visitor.get('/api/openapi.json')).body.openapi, '3.1.0')
  const unknown = await visitor.get('/api/nothing')
  assertRefused(unknown, 404, 'request.not_found')
  assert.equal(unknown.headers.get('cache-control'), 'private, no-store')
})
