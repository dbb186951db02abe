import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { renditionsOf } from '../../src/contract/picture-sources.ts'
import type { Person } from '../support/person.ts'
import { eventually, get, newPerson, somePhoto, stack } from '../support/stack.ts'

async function readyPhoto(person: Person, photoId: string): Promise<PhotoCard> {
  return eventually('the photo is ready', 30_000, async () => {
    const { body } = await person.get(`/api/photos/${photoId}`)
    return body.status === 'ready' ? body : null
  })
}

test('a photo goes from one person’s camera to a follower’s screen, and is gone when it is deleted', async () => {
  const [author, follower] = [await newPerson('ann'), await newPerson('bob')]
  await follower.send('PUT', `/api/accounts/${author.username}/follow`)
  const uploaded = await author.uploads<PhotoCard>('/api/photos', await somePhoto(), {
    fields: { caption: 'From the mountain', altText: 'A view' },
  })
  assert.equal(uploaded.status, 201, JSON.stringify(uploaded.body))
  assert.equal((await author.get('/api/feed')).body.items[0].id, uploaded.body.id, 'the author sees it at once')

  const photo = await readyPhoto(follower, uploaded.body.id)
  assert.equal((await follower.get('/api/feed')).body.items[0].caption, 'From the mountain')
  assert.deepEqual(
    [...new Set(renditionsOf(photo).map(({ width }) => width))].toSorted((one, other) => one - other),
    [320, 640, 1280],
  )

  const path =
    renditionsOf(photo).find(({ format, width }) => format === 'jpeg' && width === 640)?.path ??
    assert.fail('no 640 px JPEG')
  const first = await fetch(`${stack.edge}${path}`)
  const metadata = await sharp(Buffer.from(await first.arrayBuffer())).metadata()
  assert.deepEqual([metadata.exif, metadata.xmp, metadata.iptc], [undefined, undefined, undefined])
  const second = await get(`${stack.edge}${path}`)
  assert.match(String(second.headers['cache-status']), /hit/)
  assert.equal(second.headers['xkey'], undefined, 'tags stay inside')

  assert.equal((await author.send('DELETE', `/api/photos/${photo.id}`)).status, 204)
  assert.equal((await follower.get(`/api/photos/${photo.id}`)).status, 410)
  for (const origin of [stack.edge, stack.lb]) {
    await eventually(`gone from ${origin}`, 10_000, async () =>
      (await get(`${origin}${path}`)).status === 404 ? true : null,
    )
  }
})

test('likes and comments of one person are seen by the other, with counters that equal the lists', async () => {
  const [author, fan] = [await newPerson('cleo'), await newPerson('dan')]
  const { body: photo } = await author.uploads<PhotoCard>(
    '/api/photos',
    // the one that is drawn where there are no real photos stands upright too
    await somePhoto('jpg-orientation-portrait_6.jpg', 3),
  )
  assert.ok(photo.height > photo.width, 'a portrait stands upright')
  assert.deepEqual((await fan.send('PUT', `/api/photos/${photo.id}/like`)).body, { liked: true, likeCount: 1 })
  const comment = await fan.send('POST', `/api/photos/${photo.id}/comments`, { text: 'Wonderful light' })
  assert.equal(comment.status, 201)
  const seen = (await author.get(`/api/photos/${photo.id}`)).body
  assert.deepEqual([seen.likeCount, seen.commentCount, seen.viewer.liked], [1, 1, []])
  assert.equal((await author.get(`/api/photos/${photo.id}/comments`)).body.items[0].text, 'Wonderful light')
  assert.deepEqual((await fan.get(`/api/photos/${photo.id}`)).body.viewer.liked, [photo.id])
})

test('personal answers are stored by nobody', async () => {
  const person = await newPerson('eve')
  for (const path of ['/api/feed', '/api/accounts/me', '/api/sessions']) {
    assert.equal((await person.get(path)).headers.get('cache-control'), 'private, no-store', path)
  }
})

test('pages, assets and the API documentation come with their headers', async () => {
  const page = await get(`${stack.lb}/explore`)
  assert.equal(page.status, 200)
  assert.match(String(page.headers['content-security-policy']), /script-src 'self'/)
  assert.equal(page.headers['server'], 'nginx')
  const asset = /\/assets\/[\w.-]+\.js/.exec(page.text)?.[0] ?? assert.fail('the page names no script')
  const script = await get(`${stack.edge}${asset}`, undefined, { 'accept-encoding': 'br' })
  assert.match(String(script.headers['cache-control']), /immutable/)
  assert.equal((await get(`${stack.lb}/api/docs`)).status, 200)
  assert.equal((await get(`${stack.lb}/api/openapi.json`)).status, 200)
})

test('what nobody may see is not there', async () => {
  for (const path of [
    '/media/../secrets/edge',
    '/media/%2e%2e/secrets/edge',
    '/assets/..%2fsecrets/edge',
    '/.git/config',
    '/metrics',
    '/media/',
  ]) {
    const { status, text } = await get(`${stack.lb}${path}`)
    assert.ok(status >= 400 || text.includes('<div id="root"'), `${path} answered ${status}`)
  }
})
