import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { request } from 'undici'
import { createEdgeHits } from '../../src/fleet/edge-hits.ts'
import { createLbHits } from '../../src/fleet/lb-hits.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { eventually } from '../support/eventually.ts'
import { SECRET, startFront } from '../support/front.ts'

const PHOTO = '/api/photos/0192c7a0-0000-7000-8000-000000000000'
const KEY = 'a'.repeat(32)

async function get(url: string, headers: Record<string, string> = {}): Promise<void> {
  await (await request(url, { headers })).body.dump()
}

/** `tier kind outcome` → how many, of what was looked up at all. */
async function counted({ registry }: Metrics): Promise<Record<string, number>> {
  const { values = [] } = (await registry.getSingleMetric('cache_requests_total')?.get()) ?? {}
  return Object.fromEntries(
    values.map(({ labels, value }) => [`${labels['tier']} ${labels['kind']} ${labels['outcome']}`, value]),
  )
}

test('what NGINX’s cache did is counted by kind, across a log that is moved aside', async (t) => {
  const front = await startFront(t, (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json', 'x-accel-expires': '600' }).end('{}'),
  )
  const path = join(front.stateDirectory, 'log/lb-access.log')
  await get(`${front.lb}/api/explore`)
  await eventually('the log has it', 10_000, async () => (readFileSync(path, 'utf8').includes('explore') ? true : null))
  const metrics = createMetrics()
  await using hits = createLbHits(path, metrics)
  await hits.read()
  assert.deepEqual(await counted(metrics), {}, 'what was there before is not its to count')

  const expect = (what: string, wanted: Record<string, number>) =>
    eventually(what, 10_000, async () => {
      await hits.read()
      const now = await counted(metrics)
      return Object.entries(wanted).every(([name, count]) => now[name] === count) ? now : null
    })
  for (let call = 0; call < 3; call += 1) await get(front.lb + PHOTO)
  await get(`${front.lb}/api/accounts/ann`)
  await get(`${front.lb}/api/explore`)
  await expect('they are counted', { 'lb photo miss': 1, 'lb photo hit': 2, 'lb profile miss': 1, 'lb explore hit': 1 })

  // Written to the file that was moved aside, until NGINX is told.
  renameSync(path, `${path}.1`)
  await get(front.lb + PHOTO)
  await expect('the old file is read to its end', { 'lb photo hit': 3 })
  process.kill(Number(readFileSync(join(front.stateDirectory, 'run/lb/nginx.pid'), 'utf8')), 'SIGUSR1')
  await eventually('there is a new file', 10_000, async () => {
    await get(`${front.lb}/health`)
    return readFileSync(path, { encoding: 'utf8', flag: 'a+' }).includes('health') ? true : null
  })
  await get(front.lb + PHOTO)
  // Signed in, and what no cache is asked for: no look-ups.
  await get(front.lb + PHOTO, { authorization: 'Bearer x' })
  await get(`${front.lb}/api/feed`)
  await get(`${front.lb}/api/accounts/bob`)
  const all = await expect('the new file is read', { 'lb photo hit': 4, 'lb profile miss': 2 })
  assert.deepEqual(Object.keys(all).toSorted(), [
    'lb explore hit',
    'lb explore miss',
    'lb photo hit',
    'lb photo miss',
    'lb profile hit',
    'lb profile miss',
  ])
  assert.equal(
    Object.values(all).reduce((sum, count) => sum + count),
    8,
  )
})

test('what a PoP’s cache did is counted by kind, also after it was restarted', async (t) => {
  const front = await startFront(t, (_request, response) => response.setHeader('surrogate-key', 'a').end('{}'))
  mkdirSync(join(front.mediaDirectory, KEY))
  writeFileSync(join(front.mediaDirectory, KEY, '320.jpg'), 'a photo')
  const pop = await front.startEdge()
  const metrics = createMetrics()
  using hits = createEdgeHits({
    runDirectory: join(front.stateDirectory, 'run'),
    metrics,
    log: createLog('test', 'fatal'),
  })
  await hits.look()
  const photo = `/media/${KEY}/320.jpg`
  await get(front.edge + photo)
  const before = await eventually('hits are counted', 20_000, async () => {
    await get(front.edge + photo)
    const now = await counted(metrics)
    return (now['edge media hit'] ?? 0) > 0 ? now : null
  })
  assert.ok((before['edge media miss'] ?? 0) <= 1)
  await pop.stop()
  await front.startEdge()

  // Only the new one is ever asked for an asset: what the old one had not written yet cannot pass for it.
  const absent = `${front.edge}/assets/absent.js`
  await eventually('the one that was started is read', 20_000, async () => {
    await get(absent)
    return (await counted(metrics))['edge assets miss'] ?? null
  })
  // One log is read in its order: when the photo is counted, so is all that was asked before it.
  const media = (counts: Record<string, number>) => (counts['edge media hit'] ?? 0) + (counts['edge media miss'] ?? 0)
  const mediaBefore = media(await counted(metrics))
  await get(front.edge + photo)
  const settled = await eventually('all so far is counted', 10_000, async () => {
    const now = await counted(metrics)
    return media(now) > mediaBefore ? now : null
  })
  // Reads that prove a purge, and what is not cached here, are nobody's hits.
  await get(front.edgePurge + photo, { 'x-edge-secret': SECRET })
  await get(`${front.edge}/api/explore`)
  await get(`${front.edge}/explore`, { cookie: 'mg=1' })
  for (let call = 0; call < 3; call += 1) await get(`${front.edge}/explore`)
  for (let call = 0; call < 5; call += 1) await get(absent)
  const now = await eventually('the assets are counted', 10_000, async () => {
    const now = await counted(metrics)
    return now['edge assets miss'] === (settled['edge assets miss'] ?? 0) + 5 ? now : null
  })
  assert.equal(media(now), media(settled))
  assert.equal(now['edge assets hit'], 0)
  assert.equal(now['edge page hit'], 2)
  // One may be of whoever waited for the PoP.
  assert.ok([1, 2].includes(now['edge page miss'] ?? 0))
  assert.deepEqual([...new Set(Object.keys(now).map((name) => name.split(' ')[1]))].toSorted(), [
    'assets',
    'media',
    'page',
  ])
})
