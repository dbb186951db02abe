import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { startApp } from '../../../test/support/app.ts'
import { startEdge } from '../../../test/support/edge.ts'
import { assertRefused } from '../../../test/support/person.ts'
import { jpeg } from '../../../test/support/pictures.ts'

const PATH = '/api/accounts/me/avatar'

test('a visitor sets no avatar, and what is no picture is refused without a trace', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  assertRefused(await app.visitor().uploads(PATH, await jpeg(), { method: 'PUT' }), 401, 'session.required')
  assertRefused(await ann.uploads(PATH, Buffer.from('<svg/>'), { method: 'PUT' }), 415, 'media.unsupported')
  assertRefused(await ann.uploads(PATH, Buffer.alloc(0), { method: 'PUT' }), 422, 'media.empty')
  assertRefused(await ann.uploads(PATH, (await jpeg()).subarray(0, 900), { method: 'PUT' }), 422, 'media.undecodable')
  assertRefused(await ann.send('PUT', PATH, { file: 'x' }), 415, 'request.media_type')
  assertRefused(await ann.send('PUT', PATH), 415, 'request.media_type')
  const { mediaDirectory, spoolDirectory } = app.services.config
  assert.deepEqual(readdirSync(join(spoolDirectory, 'uploads')), [])
  assert.deepEqual(
    readdirSync(mediaDirectory).filter((name) => !name.startsWith('.')),
    [],
  )
  assert.equal((await ann.get('/api/accounts/me')).body.avatar, null)
})

test('an avatar is a small square under a key of its own, and the one before is erased', async (t) => {
  const edge = await startEdge(t)
  const app = await startApp(t, { MINIGRAM_EDGE_PURGE_TARGETS: edge.target })
  const [ann] = await app.people('ann')
  const fileOf = (path: string) => join(app.services.config.mediaDirectory, path.replace('/media/', ''))
  const first = await ann.uploads(PATH, await jpeg('one'), { method: 'PUT' })
  assert.equal(first.status, 200, JSON.stringify(first.body))
  assert.match(first.body.avatar, /^\/media\/[0-9a-f]{32}\/256\.webp$/)
  const { format, width, height } = await sharp(fileOf(first.body.avatar)).metadata()
  assert.deepEqual([format, width, height], ['webp', 256, 256])

  const second = await ann.uploads(PATH, await jpeg('two'), { method: 'PUT' })
  assert.notEqual(second.body.avatar, first.body.avatar)
  await app.runJobs()
  assert.ok(!existsSync(fileOf(first.body.avatar)))
  assert.ok(existsSync(fileOf(second.body.avatar)))

  const removed = await ann.send('DELETE', PATH)
  assert.equal(removed.body.avatar, null)
  assert.equal((await ann.send('DELETE', PATH)).status, 200)
  await app.runJobs()
  assert.ok(!existsSync(fileOf(second.body.avatar)))
})
