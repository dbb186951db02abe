import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { insertPhotos, walk } from '../../../test/support/photos.ts'

test('anyone may explore what is ready, what is liked first', async (t) => {
  const app = await startApp(t)
  const [ann, bob] = await app.people('ann', 'bob')
  const [plain = '', liked = ''] = await insertPhotos(app, ann, 2)
  await insertPhotos(app, ann, 1, 'processing')
  await insertPhotos(app, ann, 1, 'failed')
  await app.rows(`update photos set created_at = date_trunc('hour', now())`)
  for (const person of [ann, bob]) await person.send('PUT', `/api/photos/${plain}/like`)
  const page = (await app.visitor().get('/api/explore')).body
  assert.deepEqual(
    page.items.map(({ id }: { id: string }) => id),
    [plain, liked],
  )
  assert.deepEqual(page.viewer, { liked: [] })
  assert.deepEqual((await bob.get('/api/explore')).body.viewer, { liked: [plain] })
})

test('explore is complete and without duplicates, whatever its positions are', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const ids = await insertPhotos(app, ann, 23)
  // A third shares one instant, and so one number; the others differ in their last digits.
  await app.rows(`update photos set created_at = now() where id = any($1::uuid[])`, [ids.slice(0, 8)])
  for (const limit of [1, 5, 50]) {
    const walked = await walk(app.visitor(), '/api/explore', limit)
    assert.equal(walked.length, 23)
    assert.deepEqual(walked.toSorted(), ids.toSorted())
  }
})

test('a cursor of explore is one of ours', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const [id] = await insertPhotos(app, ann, 3)
  const visitor = app.visitor()
  const { nextCursor } = (await visitor.get(`/api/accounts/${ann.username}/photos?limit=1`)).body
  for (const cursor of [
    nextCursor,
    forged('explore', 'NaN', id),
    forged('explore', '1', '2'),
    forged('explore', 1, id),
  ])
    assertRefused(await visitor.get(`/api/explore?cursor=${cursor}`), 400, 'request.cursor_invalid')
})

function forged(...parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}
