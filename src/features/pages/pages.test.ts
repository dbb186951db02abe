import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newId } from '../../platform/ids.ts'
import { startApp } from '../../../test/support/app.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { publishes } from '../../../test/support/photos.ts'
import { startOwnRedis } from '../../../test/support/replicas.ts'
import type { PhotoCard } from '../../contract/photos.ts'
import { documentTags } from './document-tags.ts'
import { openDocument } from './document.ts'
import { exploreHead } from './heads.ts'

/** What a link preview reads: every <meta> by its name or property, the title, the status. */
async function preview(origin: string, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(origin + path, { headers: { host: 'photos.example', ...headers } })
  const html = await answer.text()
  const tags = [...html.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)" \/>/g)]
  return {
    status: answer.status,
    headers: answer.headers,
    html,
    title: /<title>([^<]*)<\/title>/.exec(html)?.[1],
    meta: Object.fromEntries(tags.map(([, name = '', content = '']) => [name, content])),
    preloads: [...html.matchAll(/<link rel="preload" as="fetch" crossorigin="anonymous" href="([^"]+)"/g)].map(
      ([, href]) => href,
    ),
    answers: JSON.parse(/<script type="application\/json" id="answers">(.*?)<\/script>/s.exec(html)?.[1] ?? '{}'),
  }
}

test('a photo announces its caption, its author and its picture', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { id } = await publishes(app, ann, 'Late light\nover the hills')
  const page = await preview(app.origin, `/photos/${id}`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.equal(page.title, 'Late light · MiniGram')
  assert.equal(page.meta['og:title'], 'Late light')
  assert.equal(page.meta['description'], `Late light over the hills — a photo by ${ann.username}`)
  assert.equal(page.meta['og:type'], 'article')
  assert.equal(page.meta['twitter:card'], 'summary_large_image')
  assert.match(page.meta['og:image'] ?? '', /^http:\/\/[\w.]+:\d+\/media\/[0-9a-f]{32}\/1280\.jpg$/)
  assert.deepEqual([page.meta['og:image:width'], page.meta['og:image:height']], ['400', '300'])
  assert.deepEqual(page.preloads, [`/api/photos/${id}/comments`])
  assert.deepEqual(page.answers, { [`/api/photos/${id}`]: (await app.visitor().get(`/api/photos/${id}`)).body })
  assert.match(page.html, /<link rel="preload" as="image" type="image\/\w+" imagesrcset="http/)
  assert.match(page.html, /<div id="root">/)
})

test('what people write stays text', async (t) => {
  const app = await startApp(t)
  const [eve] = await app.people('eve')
  const hostile = `"><script>alert(1)</script></title><!-- ' $& $1 &amp; \u202e`
  const { id } = await publishes(app, eve, hostile)
  await eve.send('PATCH', '/api/accounts/me', { displayName: '</title><img src=x onerror=1>', bio: hostile })
  for (const path of [`/photos/${id}`, `/@${eve.username}`]) {
    const { html, status, answers } = await preview(app.origin, path)
    assert.equal(status, 200)
    assert.ok(JSON.stringify(answers).includes(JSON.stringify(hostile).slice(1, -1)), 'whole, as data')
    assert.equal(html.match(/<script/g)?.length, (await preview(app.origin, '/explore')).html.match(/<script/g)?.length)
    assert.ok(!html.includes('<img') && !html.includes('<!--'))
    assert.equal(html.match(/<title>/g)?.length, 1)
  }
  const { meta } = await preview(app.origin, `/photos/${id}`)
  assert.match(meta['og:title'] ?? '', /^&quot;&gt;&lt;script&gt;alert\(1\)/)
  assert.match(meta['og:title'] ?? '', /&#39; \$&amp; \$1 &amp;amp;/, 'also what means something to a replacement')
})

test('a forged host makes no link', async (t) => {
  const app = await startApp(t)
  const { html } = await preview(app.origin, '/explore', { host: 'a"><script>' }).catch(() => ({ html: '' }))
  assert.ok(!html.includes('a"'))
})

test('a person’s page announces who it is and their newest photo', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await ann.send('PATCH', '/api/accounts/me', { displayName: 'Ann Lee', bio: 'Hills,\nmostly.' })
  const bare = await preview(app.origin, `/@${ann.username}`)
  assert.deepEqual([bare.title, bare.meta['description']], ['Ann Lee · MiniGram', 'Hills, mostly.'])
  assert.deepEqual([bare.meta['twitter:card'], bare.meta['og:image']], ['summary', undefined])
  await publishes(app, ann, 'one')
  const shown = await preview(app.origin, `/@${ann.username.toUpperCase()}`)
  assert.equal(shown.meta['og:type'], 'profile')
  assert.match(shown.meta['og:image'] ?? '', /1280\.jpg$/)
  assert.ok(shown.html.includes(`<link rel="canonical" href="http://`) && shown.html.includes(`/@${ann.username}"`))
})

test('home is the explore page for a visitor, and one’s own feed for who has a session', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  await publishes(app, ann, 'one')
  const visitor = await preview(app.origin, '/')
  assert.deepEqual([visitor.title, visitor.preloads], ['Explore · MiniGram', []])
  assert.deepEqual(visitor.answers, { '/api/explore': (await app.visitor().get('/api/explore')).body })
  assert.match(visitor.meta['og:image'] ?? '', /1280\.jpg$/)
  const member = await preview(app.origin, '/', { cookie: `mg=${ann.token}` })
  assert.deepEqual([member.title, member.preloads], ['Home · MiniGram', ['/api/accounts/me', '/api/feed']])
  const explore = await preview(app.origin, '/explore', { cookie: `mg=${ann.token}` })
  assert.deepEqual(
    [explore.preloads, explore.answers],
    [['/api/explore'], {}],
    'what a visitor is told is not for members',
  )
  assert.equal(member.headers.get('cache-control'), 'private, no-cache')
})

test('a picture is announced to the screens that show it at first', () => {
  const renditions = { path: '/media/key', widths: [320], extensions: ['jpg'] }
  // What a head looks at of a card.
  const photo = {
    width: 1_500,
    height: 1_000,
    renditions,
    author: { username: 'ann' },
    altText: '',
  } as unknown as PhotoCard
  const { first } = exploreHead(
    '/explore',
    Array.from({ length: 20 }, () => photo),
  )
  const [phone, desktop] = ['(max-width: 767px)', '(min-width: 1400px)']
  assert.deepEqual(
    first.map(({ media }) => media),
    [...Array(4).fill(null), ...Array(5).fill(`${phone},${desktop}`), phone],
  )
})

test('a visitor’s document names what a PoP is to forget it by; nobody else’s may be kept', async (t) => {
  // Of its own: photos that other tests publish change the same page of everyone's.
  const { port } = await startOwnRedis(t)
  const app = await startApp(t, { MINIGRAM_REDIS_MAIN: `127.0.0.1:${port}` })
  // As if Redis had been up for longer than a write position lives.
  app.services.redisMain.isSettled = () => true
  const [ann] = await app.people('ann')
  const { id } = await publishes(app, ann, 'one')
  const { renditions } = (await app.visitor().get<PhotoCard>(`/api/photos/${id}`)).body
  const file = `media-${renditions?.path.split('/')[2]}`
  const tagsOf = async (path: string, headers: Record<string, string> = {}) =>
    (await preview(app.origin, path, headers)).headers.get('surrogate-key')?.split(' ') ?? null
  const profile = `/api/accounts/${ann.username}`
  // Written on a moment ago: once it is read on the primary it may be kept.
  assert.deepEqual(await tagsOf(`/photos/${id}`), [`/api/photos/${id}`, file])
  assert.deepEqual(await tagsOf(`/@${ann.username}`), [profile, `${profile}/photos`, file])
  for (const path of ['/', '/explore']) assert.deepEqual(await tagsOf(path), ['/api/explore', file])
  for (const path of [
    '/explore?a',
    `/@${ann.username.toUpperCase()}`,
    `/photos/${id.toUpperCase()}`,
    `/photos/${newId()}`,
  ])
    assert.equal(await tagsOf(path), null, path)
  for (const path of ['/', '/explore', `/photos/${id}`, `/@${ann.username}`])
    for (const headers of [
      { cookie: `mg=${ann.token}` },
      { cookie: '__Host-mg=over' },
      { authorization: `Bearer ${ann.token}` },
    ])
      assert.equal(await tagsOf(path, headers as Record<string, string>), null, path)
  app.services.redisMain.isSettled = () => false
  assert.equal(await tagsOf('/explore'), null, 'nobody can tell whether it changed')
})

test('a document is forgotten with each photo and face on it', () => {
  const [one, two, face] = ['1', '2', '3'].map((digit) => digit.repeat(32))
  const card = (key: string | undefined, avatar: string | null) => ({
    renditions: key ? { path: `/media/${key}`, widths: [320], extensions: ['jpg'] } : null,
    author: { username: 'ann', displayName: '', avatar },
  })
  const avatar = `/media/${face}/256.webp`
  const items = [card(one, avatar), card(two, avatar), card(undefined, null)]
  assert.deepEqual(
    documentTags([
      { url: '/api/accounts/ann', body: { username: 'ann', avatar } },
      { url: '/api/accounts/ann/photos', body: { items } },
    ]),
    ['/api/accounts/ann', '/api/accounts/ann/photos', ...[face, one, two].map((key) => `media-${key}`)],
  )
  assert.deepEqual(documentTags([{ url: '/api/photos/1', body: card(one, null) }]), ['/api/photos/1', `media-${one}`])
})

test('what is not there says so by its status, and is still the whole app', async (t) => {
  const app = await startApp(t)
  const [ann] = await app.people('ann')
  const { id } = await publishes(app, ann, 'A vanished lagoon')
  await ann.send('DELETE', `/api/photos/${id}`)
  for (const [path, status] of [
    [`/photos/${id}`, 410],
    [`/photos/${newId()}`, 404],
    ['/photos/nothing', 404],
    ['/@nobody_of_this_name', 404],
    ['/@%3Cscript%3E', 404],
  ] as const) {
    const page = await preview(app.origin, path)
    assert.equal(page.status, status, path)
    assert.equal(page.meta['robots'], 'noindex')
    assert.match(page.html, /<div id="root">/)
    assert.ok(!page.html.includes('lagoon'))
  }
})

test('a new build of the pages is announced while the server runs', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-pages-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const build = (name: string) =>
    writeFileSync(join(directory, 'index.html'), `<title>MiniGram</title><script src="${name}">`)
  build('one.js')
  const documentNow = openDocument([join(directory, 'absent'), directory])
  assert.match(documentNow().plain, /one\.js/)
  build('two.js')
  const isNew = await eventually('the new build', 5_000, async () =>
    documentNow().plain.includes('two.js') ? true : null,
  )
  assert.ok(isNew)
  rmSync(join(directory, 'index.html'))
  assert.match(documentNow().plain, /two\.js/, 'what is between two builds goes on with the last')
})
