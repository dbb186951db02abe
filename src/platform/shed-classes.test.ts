import assert from 'node:assert/strict'
import { test } from 'node:test'
import { route } from './route-manifest.ts'
import { createShedClasses } from './shed-classes.ts'

test('a request’s class is found by its method and path, whatever stands for the parameters', () => {
  const classes = createShedClasses()
  const add = (method: string, url: string, shed?: 'heavy' | 'feed' | 'never') =>
    classes.add({ method, url, ...route({ access: 'public', reads: 'none', ...(shed ? { shed } : {}) }) })
  add('GET', '/', 'heavy')
  add('GET', '/@:username', 'heavy')
  add('GET,HEAD', '/api/feed', 'feed')
  add('DELETE', '/api/sessions/:id', 'never')
  add('DELETE', '/api/sessions/others')
  add('GET', '/api/photos/:id')
  add('PUT', '/api/photos/:id/like')
  for (const [method, url, shedClass, pattern] of [
    ['GET', '/', 'heavy', '/'],
    ['GET', '/@ann', 'heavy', '/@:username'],
    ['GET', '/api/feed?cursor=a/b', 'feed', '/api/feed'],
    ['HEAD', '/api/feed/', 'feed', '/api/feed'],
    ['DELETE', '/api/sessions/current', 'never', '/api/sessions/:id'],
    ['DELETE', '/api/sessions/others', 'write', '/api/sessions/others'],
    ['GET', '/api/photos/1', 'read', '/api/photos/:id'],
    ['PUT', '/api/photos/1/like', 'write', '/api/photos/:id/like'],
    ['POST', '/api/photos/1/like', 'write', 'unknown'],
    ['GET', '/somewhere/else', 'read', 'unknown'],
  ] as const)
    assert.deepEqual([classes.of(method, url).shedClass, classes.of(method, url).url], [shedClass, pattern], url)
})
