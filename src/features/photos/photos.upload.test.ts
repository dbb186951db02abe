import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { assertRefused, type Answer, type Person } from '../../../test/support/person.ts'
import { jpeg } from '../../../test/support/pictures.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'

async function post(app: TestApp, person: Person, body: FormData | string, contentType?: string): Promise<Answer> {
  const response = await fetch(`${app.origin}/api/photos`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${person.token}`, ...(contentType ? { 'content-type': contentType } : {}) },
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

function formOf(...files: readonly [name: string, content: Uint8Array][]): FormData {
  const form = new FormData()
  for (const [name, content] of files) form.append(name, new Blob([new Uint8Array(content)]), 'a.jpg')
  return form
}

test('what is no picture is refused with a sentence, and leaves nothing behind', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const picture = await jpeg()
  const wide = await sharp({ create: { width: 17_000, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const refusals = [
    [Buffer.from(SVG), 415, 'media.unsupported'],
    [Buffer.from('hello'), 415, 'media.unsupported'],
    [Buffer.alloc(0), 422, 'media.empty'],
    [picture.subarray(0, picture.length / 2), 422, 'media.undecodable'],
    [wide, 422, 'media.too_many_pixels'],
  ] as const
  for (const [content, status, code] of refusals) {
    const answer = await ann.uploads('/api/photos', content)
    assertRefused(answer, status, code)
    assert.match(answer.body.detail, /^[A-Z].*\.$/)
  }
  assert.deepEqual(await readdir(join(app.services.config.spoolDirectory, 'uploads')), [])
  assert.deepEqual(await app.rows('select id from photos'), [])
  assert.equal((await ann.get(`/api/accounts/${ann.username}`)).body.photoCount, 0)
})

test('a file over the limit is refused by a sentence that names the limit', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const huge = Buffer.concat([await jpeg(), Buffer.alloc(20 * 1024 * 1024)])
  const answer = await ann.uploads('/api/photos', huge)
  assertRefused(answer, 413, 'media.too_large')
  assert.match(answer.body.detail, /20 MiB/)
  assert.deepEqual(await readdir(join(app.services.config.spoolDirectory, 'uploads')), [])
})

test('a form that is not as documented is refused', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const picture = await jpeg()
  assertRefused(await post(app, ann, formOf(['photo', picture])), 400, 'media.missing')
  assertRefused(await post(app, ann, formOf()), 400, 'media.missing')
  assertRefused(await post(app, ann, formOf(['file', picture], ['file', picture])), 400, 'request.invalid')
  assertRefused(await post(app, ann, '{}', 'application/json'), 415, 'request.media_type')
  assertRefused(await post(app, ann, 'x', 'image/jpeg'), 415, 'request.media_type')
  assertRefused(await post(app, ann, 'x', 'multipart/form-data'), 400, 'request.invalid')
  assertRefused(await post(app, ann, '--b\r\nnonsense', 'multipart/form-data; boundary=b'), 400, 'request.invalid')

  for (const [name, text] of [
    ['caption', 'a\0b'],
    ['caption', 'x'.repeat(2201)],
    ['altText', '🌅'.repeat(1001)],
    ['altText', 'x'.repeat(17_000)],
    ['color', 'red'],
    ['__proto__', 'red'],
  ] as const) {
    assertRefused(await ann.uploads('/api/photos', picture, { fields: { [name]: text } }), 400, 'request.invalid')
  }
  const twice = formOf(['file', picture])
  twice.append('caption', 'one')
  twice.append('caption', 'two')
  assertRefused(await post(app, ann, twice), 400, 'request.invalid')
  assert.deepEqual(await readdir(join(app.services.config.spoolDirectory, 'uploads')), [])
})

test('an upload that breaks off leaves nothing behind', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const spool = join(app.services.config.spoolDirectory, 'uploads')
  const { port } = new URL(app.origin)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
  socket.write(
    `POST /api/photos HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ann.token}\r\n` +
      `content-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n${head}`,
  )
  socket.write(await jpeg())
  await until(async () => (await readdir(spool).catch(() => [])).length === 1)
  socket.destroy()
  await until(async () => (await readdir(spool)).length === 0)
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5_000
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'it did not happen within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
