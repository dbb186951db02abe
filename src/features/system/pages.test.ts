import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { publishes } from '../../../test/support/photos.ts'
import { jpeg } from '../../../test/support/pictures.ts'
import { startPurgeListener } from '../../../test/support/purge-listener.ts'
import { urlsOfAccount, urlsOfComments, urlsOfPhoto, urlsTouched } from '../../contract/public-pages.ts'

async function start(t: TestContext) {
  const lb = await startPurgeListener(t)
  const app = await startApp(t, { MINIGRAM_LB_PURGE_TARGET: lb.target })
  const [ann, bob] = await app.people('ann', 'bob')
  const { id } = await publishes(app, ann)
  await app.runJobs()
  lb.urls.length = 0
  /** What NGINX was told to forget before the answer. */
  const purgedBy = async (act: () => Promise<{ status: number }>) => {
    lb.urls.length = 0
    const { status } = await act()
    assert.ok(status < 300, String(status))
    return lb.urls.toSorted()
  }
  return { lb, app, ann, bob, id, photo: { id, username: ann.username }, purgedBy }
}

const skipTime = (app: TestApp) => app.rows('update graphile_worker._private_jobs set run_at = now()')

test('what a person rewrites or deletes is out of NGINX before they are answered', async (t) => {
  const { ann, bob, id, photo, purgedBy } = await start(t)
  const at = `/api/photos/${id}`
  assert.deepEqual(await purgedBy(() => ann.send('PATCH', at, { caption: 'new' })), urlsOfPhoto(photo).toSorted())
  let commentId = ''
  const posted = await purgedBy(async () => {
    const answer = await bob.send('POST', `${at}/comments`, { text: 'hello' })
    commentId = answer.body.id
    return answer
  })
  assert.deepEqual(posted, urlsOfComments(photo).toSorted())
  assert.deepEqual(await purgedBy(() => bob.send('DELETE', `/api/comments/${commentId}`)), posted)
  assert.deepEqual(
    await purgedBy(() => ann.send('PATCH', '/api/accounts/me', { bio: 'about' })),
    urlsOfAccount(ann).toSorted(),
  )
  assert.deepEqual(await purgedBy(() => ann.send('DELETE', at)), urlsOfPhoto(photo).toSorted())
})

test('a new name or face shows wherever the card stands, and so does a deletion', async (t) => {
  const { ann, bob, app, id, purgedBy } = await start(t)
  const other = await publishes(app, bob)
  await ann.send('PUT', `/api/photos/${other.id}/like`)
  await bob.send('PUT', `/api/accounts/${ann.username}/follow`)
  const shown = [...urlsOfAccount(ann), ...urlsTouched([id, other.id], [bob.username])].toSorted()
  assert.deepEqual(await purgedBy(() => ann.send('PATCH', '/api/accounts/me', { displayName: 'Ann' })), shown)
  const face = await jpeg('face')
  assert.deepEqual(await purgedBy(() => ann.uploads('/api/accounts/me/avatar', face, { method: 'PUT' })), shown)
  assert.deepEqual(await purgedBy(() => ann.send('DELETE', '/api/accounts/me/avatar')), shown)
  const deleted = await purgedBy(() => ann.send('DELETE', '/api/accounts/me'))
  assert.deepEqual(
    shown.filter((url) => !deleted.includes(url)),
    [],
  )
})

test('likes and follows wait to be counted together', async (t) => {
  const { ann, bob, id, purgedBy } = await start(t)
  assert.deepEqual(await purgedBy(() => bob.send('PUT', `/api/photos/${id}/like`)), [])
  assert.deepEqual(await purgedBy(() => bob.send('PUT', `/api/accounts/${ann.username}/follow`)), [])
})

test('a new photo is on its author’s page and on everyone’s when it is ready', async (t) => {
  const { lb, app, bob } = await start(t)
  const { id } = await publishes(app, bob)
  for (const url of urlsOfPhoto({ id, username: bob.username })) assert.ok(lb.urls.includes(url), url)
})

test('what NGINX did not confirm is purged by a job until it does, and once more for answers that were under way', async (t) => {
  const { lb, app, ann, id } = await start(t)
  const url = `/api/photos/${id}`
  const count = () => lb.urls.filter((each) => each === url).length
  lb.statuses[url] = 403
  assert.equal((await ann.send('DELETE', url)).status, 204, 'nobody is refused a deletion because NGINX is')
  assert.equal(count(), 1)
  await app.runJobs()
  assert.equal(count(), 2)
  delete lb.statuses[url]
  await skipTime(app)
  await app.runJobs()
  assert.equal(count(), 3)
  await skipTime(app)
  await app.runJobs()
  assert.equal(count(), 4, 'the repeat')
  await skipTime(app)
  await app.runJobs()
  assert.equal(count(), 4)
})

test('a visitor’s page that changed a moment ago is kept again from its first reader on', async (t) => {
  const { app, ann, id } = await start(t)
  app.services.redisMain.isSettled = () => true
  const visitor = app.visitor()
  const url = `/api/photos/${id}`
  await ann.send('PATCH', url, { caption: 'new' })
  const answer = await visitor.get(url)
  assert.equal(answer.body.caption, 'new')
  assert.equal(answer.headers.get('x-accel-expires'), '600')
})

test('an answer from the caches says so', async (t) => {
  const { ann, id } = await start(t)
  const url = `/api/photos/${id}`
  await ann.get(url)
  assert.equal((await ann.get(url)).headers.get('cache-status'), 'app; hit')
})
