import assert from 'node:assert/strict'
import { test } from 'node:test'
import { belongsInRelease, runtimePackages, staleReleases } from './release-files.ts'

test('tests and the sources of the web UI stay out of a release', () => {
  assert.ok(belongsInRelease('src/processes/api.ts') && belongsInRelease('dist/web/index.html'))
  assert.ok(!belongsInRelease('src/web/main.tsx') && !belongsInRelease('src/cli/flags.test.ts'))
})

test('development packages and nested ones are not copied by themselves', () => {
  const packages = {
    '': {},
    'node_modules/pg': {},
    'node_modules/@fastify/cookie': {},
    'node_modules/vite': { dev: true },
    'node_modules/pg/node_modules/x': {},
  }
  assert.deepEqual(runtimePackages({ packages }), ['node_modules/@fastify/cookie', 'node_modules/pg'])
})

test('three releases are kept, the current one always', () => {
  assert.deepEqual(staleReleases(['d', 'c', 'b', 'a'], 'a'), ['b'])
  assert.deepEqual(staleReleases(['b', 'a'], 'b'), [])
})
