import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { request } from 'undici'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { renditionsOf } from '../../src/contract/picture-sources.ts'
import { PUBLIC_PAGES, pageUrl } from '../../src/contract/public-pages.ts'
import { popPorts, portOf } from '../../src/platform/ports.ts'
import { curl } from '../support/front.ts'
import { PASSWORD, type Person } from '../support/person.ts'
import { clientAddress, components, eventually, get, minigram, newPerson, somePhoto, stack } from '../support/stack.ts'

const secret = readFileSync(join(stack.state, 'secrets/edge'), 'utf8')
const cacheStatus = ({ headers }: Awaited<ReturnType<typeof get>>) => String(headers['cache-status'])

async function purge(origin: string, path: string, headers: Record<string, string>): Promise<number> {
  const answer = await request(`${origin}${path}`, { method: 'PURGE' as 'GET', headers })
  await answer.body.dump()
  return answer.statusCode
}

async function readyPhoto(person: Person, seed: number): Promise<PhotoCard> {
  const { body } = await person.uploads<PhotoCard>('/api/photos', await somePhoto(undefined, seed))
  return eventually('the photo is ready', 30_000, async () => {
    const now = (await person.get<PhotoCard>(`/api/photos/${body.id}`)).body
    return now.status === 'ready' ? now : null
  })
}

/** A page that has just changed is kept for a second only, so that a hit may take a second try. */
const aHit = (url: string) =>
  eventually(`a hit of ${url}`, 5_000, async () => {
    const answer = await get(url)
    return /lb; hit/.test(cacheStatus(answer)) ? answer : null
  })

test('nobody purges anything without the secret, on any listener', async () => {
  for (const headers of [{}, { 'x-edge-secret': '' }, { 'x-edge-secret': 'a guess' }] as Record<string, string>[]) {
    for (const listener of [stack.edgePurge, stack.lbPurge])
      assert.equal(await purge(listener, '/api/explore', { ...headers, 'xkey-purge': 'assets' }), 403, listener)
    for (const open of [stack.edge, stack.lb])
      assert.ok((await purge(open, '/api/explore', { ...headers, 'xkey-purge': 'assets' })) >= 404, open)
  }
})

test('a profile is a hit for visitors, and purged by its address it is read anew', async () => {
  const ann = await newPerson('tier_ann')
  const url = `/api/accounts/${ann.username}`
  await aHit(stack.lb + url)
  assert.equal(await purge(stack.lbPurge, url, { 'x-edge-secret': secret }), 200)
  assert.match(cacheStatus(await get(stack.lb + url)), /lb; fwd=uri-miss/)
})

test('no visitor ever gets a personal answer, on any page that is kept', async () => {
  const [ann, bob] = [await newPerson('tier_cleo'), await newPerson('tier_dan')]
  const photo = await readyPhoto(ann, 21)
  await bob.send('PUT', `/api/photos/${photo.id}/like`)
  const params = { id: photo.id, username: ann.username }
  for (const page of PUBLIC_PAGES) {
    const url = stack.lb + pageUrl(page, params)
    for (const headers of [{ cookie: `mg=${bob.token}` }, { authorization: `Bearer ${bob.token}` }]) {
      const personal = await get(url, undefined, headers)
      assert.equal(personal.status, 200, page)
      assert.equal(cacheStatus(personal).split(', ').at(-1), 'lb; fwd=bypass', page)
      assert.equal(personal.headers['cache-control'], 'private, no-store', page)
      for (const { text, headers: seen } of [await get(url), await get(url)]) {
        assert.doesNotMatch(text, /"liked":\["/, page)
        assert.match(String(seen['cache-control']), /^public/, page)
        assert.equal(seen['set-cookie'], undefined, page)
      }
    }
  }
})

test('a deleted photo is gone from the balancer and every PoP, also from one that has just joined', async (t) => {
  assert.equal((await minigram('up', '--pops', '2', '--no-smoke')).code, 0)
  t.after(() => minigram('up', '--pops', '1', '--no-smoke'))
  const pops = (await components()).filter(({ component }) => component === 'edge')
  const offset = Number(new URL(stack.lb).port) - portOf('lb', 0)
  assert.deepEqual(
    pops.map(({ port, healthy }) => [port, healthy]),
    [1, 2].map((nr) => [popPorts(nr, offset).edge, true]),
  )
  const origins = [stack.lb, ...pops.map(({ port }) => `http://127.0.0.1:${port}`)]
  const ann = await newPerson('tier_eve')
  const photo = await readyPhoto(ann, 22)
  const paths = renditionsOf(photo).map(({ path }) => path)
  const statuses = async (urls: readonly string[]) => [
    ...new Set(await Promise.all(urls.map(async (url) => (await get(url)).status))),
  ]
  const files = origins.flatMap((origin) => paths.map((path) => origin + path))
  assert.deepEqual(await statuses(files), [200])
  const pages = ['', '/likes', '/comments'].map((end) => `${stack.lb}/api/photos/${photo.id}${end}`)
  for (const page of pages) await aHit(page)

  const from = performance.now()
  assert.equal((await ann.send('DELETE', `/api/photos/${photo.id}`)).status, 204)
  await eventually('every file is gone', 10_000, async () => (String(await statuses(files)) === '404' ? true : null))
  const goneMs = performance.now() - from
  await eventually('every page is gone', 10_000, async () => (String(await statuses(pages)) === '410' ? true : null))
  t.diagnostic(`gone from ${origins.length} servers after ${Math.round(goneMs)} ms`)
})

test('a visitor’s document comes from every PoP, and what was edited or deleted is gone from all by the answer', async (t) => {
  assert.equal((await minigram('up', '--pops', '2', '--no-smoke')).code, 0)
  t.after(() => minigram('up', '--pops', '1', '--no-smoke'))
  const pops = (await components()).filter(({ component }) => component === 'edge')
  const ann = await newPerson('tier_gus')
  const photo = await readyPhoto(ann, 23)
  const documents = pops.flatMap(({ port }) =>
    ['photos.example', 'www.photos.example'].flatMap((host) =>
      [`/photos/${photo.id}`, `/@${ann.username}`, '/explore'].map((path) => ({ port, host, path })),
    ),
  )
  const ask = ({ port, host, path }: (typeof documents)[number], headers: Record<string, string> = {}) =>
    get(`http://127.0.0.1:${port}${path}`, clientAddress(), { host, ...headers })
  // Nothing is kept in the first half minute of redis-main, nor what comes slower than a second purge waits.
  const untilKept = () =>
    Promise.all(
      documents.map((each) =>
        eventually(`a hit of ${each.path} at ${each.port}`, 45_000, async () => {
          const answer = await ask(each)
          return /edge\d; hit/.test(cacheStatus(answer)) ? answer : null
        }),
      ),
    )
  for (const [index, { text, headers }] of (await untilKept()).entries()) {
    const { host, path } = documents[index] ?? assert.fail()
    assert.ok(text.includes(`href="http://${host}${path}"`), 'links to the host that was asked')
    assert.deepEqual([headers['set-cookie'], headers['surrogate-key']], [undefined, undefined])
    assert.ok(path === '/explore' || text.includes(photo.id), path)
  }
  for (const each of documents) {
    const personal = await ask(each, { cookie: `mg=${ann.token}` })
    assert.match(cacheStatus(personal), /edge\d; fwd=bypass$/)
    assert.ok(!personal.text.includes('id="answers"'), 'what a visitor is told is not for members')
  }

  await ann.send('PATCH', `/api/photos/${photo.id}`, { caption: 'Told everywhere' })
  for (const each of documents.filter(({ path }) => path !== '/explore'))
    assert.ok((await ask(each)).text.includes('Told everywhere'), each.path)

  await untilKept()
  assert.equal((await ann.send('DELETE', `/api/photos/${photo.id}`)).status, 204)
  for (const each of documents) {
    const { status, text } = await ask(each)
    assert.equal(status, each.path.startsWith('/photos') ? 410 : 200, each.path)
    assert.ok(!text.includes(`"${photo.id}"`) && !text.includes('Told everywhere'), each.path)
  }
})

test('HTTPS speaks HTTP/2, with a cookie that no other host can plant', async () => {
  const address = ['-k', '--interface', clientAddress()]
  for (const origin of [stack.lbTls, stack.edgeTls])
    assert.equal(await curl(...address, '-o', '/dev/null', '-w', '%{http_version}', `${origin}/health/live`), '2')
  const ann = await newPerson('tier_fay')
  const body = JSON.stringify({ username: ann.username, password: PASSWORD })
  const headers = ['-H', 'content-type: application/json', '-H', 'sec-fetch-site: same-origin']
  const signIn = await curl(...address, '-D', '-', ...headers, '-d', body, `${stack.lbTls}/api/sessions`)
  assert.match(signIn, /^set-cookie: __Host-mg=[^;]+;.*HttpOnly/im)
  assert.match(signIn, /^set-cookie: __Host-mg=[^;]+;.*Secure/im)
  const config = await curl(...address, `${stack.lbTls}/config.json`)
  assert.deepEqual(JSON.parse(config), { edgeOrigin: stack.edgeTls })
})

test('texts of a kibibyte or more travel in 30 % of their size or less', async (t) => {
  const page = await get(`${stack.lb}/`)
  const assets = page.text.match(/\/assets\/[\w.-]+\.(?:js|css)/g) ?? assert.fail('the page names no assets')
  const sum = { plain: 0, gzip: 0, br: 0 }
  for (const path of new Set(['/', ...assets, '/api/openapi.json', '/api/explore'])) {
    const sizes = { plain: 0, gzip: 0, br: 0 }
    for (const [name, encoding] of [
      ['plain', 'identity'],
      ['gzip', 'gzip'],
      ['br', 'br, gzip'],
    ] as const) {
      const answer = await request(stack.lb + path, { headers: { 'accept-encoding': encoding } })
      sizes[name] = (await answer.body.arrayBuffer()).byteLength
    }
    if (sizes.plain < 1_024) continue
    for (const name of ['plain', 'gzip', 'br'] as const) sum[name] += sizes[name]
  }
  const saved = (bytes: number) => Math.round(1_000 * (1 - bytes / sum.plain)) / 10
  t.diagnostic(
    `${sum.plain} bytes; gzip saves ${saved(sum.gzip)} %, brotli where it is precompressed ${saved(sum.br)} %`,
  )
  assert.ok(saved(sum.gzip) >= 70 && saved(sum.br) >= 70)
})
