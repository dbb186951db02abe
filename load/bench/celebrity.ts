import { setTimeout as sleep } from 'node:timers/promises'
import { createFeedLists } from '../../src/features/feed/feed-lists.ts'
import { createFeedUpdates } from '../../src/features/feed/feed-updates.service.ts'
import { newId } from '../../src/platform/ids.ts'
import { enqueue, runJobs } from '../../src/platform/jobs.ts'
import { createJobHandlers } from '../../src/processes/job-handlers.ts'
import type { Person } from '../../test/support/person.ts'
import { startBench } from './bench-app.ts'
import type { Benchmark } from './main.ts'
import { median } from './measure.ts'

const FOLLOWERS = 100_000
const POSTS = 10
/** A job that does nothing, of which one comes each so often: how long it waits is how long any job waits. */
const PROBE = 'probe'
const PROBE_EVERY_MS = 25
const WAIT_GOAL_MS = 500
const VISIBLE_DEADLINE_MS = 60_000

/** A post of an account with 100,000 followers: when a follower sees it, and what other jobs wait meanwhile. */
export const celebrity: Benchmark = {
  name: 'celebrity',
  about: `a post for ${FOLLOWERS.toLocaleString('en')} followers: when it is seen, and what other jobs wait`,
  async run() {
    const rows: string[][] = []
    const isMet: (boolean | null)[] = []
    for (const [what, pushMax] of [
      ['merged at read (as it is set)', undefined],
      ['pushed to everybody', '1000000'],
    ] as const) {
      const { firstMs, usualMs, quietMs, busyMs, pushed } = await measure(pushMax)
      const isAsSet = pushMax === undefined
      isMet.push(isAsSet ? busyMs <= WAIT_GOAL_MS : null)
      rows.push([
        what,
        firstMs.toFixed(0),
        usualMs.toFixed(0),
        String(pushed),
        quietMs.toFixed(0),
        busyMs.toFixed(0),
        isAsSet ? `≤ ${WAIT_GOAL_MS}` : '',
      ])
    }
    return [
      {
        title: `${POSTS} posts of an account with ${FOLLOWERS.toLocaleString('en')} followers`,
        columns: [
          'how',
          'first post seen, ms',
          'later posts seen, ms',
          'pushes',
          'other jobs wait, P95 ms, idle',
          'meanwhile',
          'goal',
        ],
        rows,
        isMet,
      },
    ]
  },
}

async function measure(pushMax: string | undefined) {
  await using bench = await startBench(pushMax === undefined ? {} : { MINIGRAM_FEED_PUSH_MAX_FOLLOWERS: pushMax })
  const { services, rows } = bench.app
  const { db, log, metrics, postgres, redisMain, config } = services
  const [star = ''] = await bench.accounts(1)
  await bench.follows(await bench.accounts(FOLLOWERS - 1), [star])
  const { person, id } = await bench.person('fan')
  await bench.follows([id], [star])
  await rows('update accounts set follower_count = $2 where id = $1', [star, FOLLOWERS])
  await rows('analyze')
  await person.get('/api/feed')
  const waits: number[] = []
  await using jobs = createJobHandlers(services)
  const probe = async (payload: unknown) => void waits.push(Date.now() - (payload as { atMs: number }).atMs)
  await using runner = runJobs({
    postgres,
    log,
    metrics,
    handlers: { ...jobs.handlers, [PROBE]: probe },
    recurring: [],
    instance: 'bench',
    concurrency: config.workerConcurrency,
  })
  while (!runner.isRunning()) await sleep(50)
  let isProbing = true
  const probing = (async () => {
    for (; isProbing; await sleep(PROBE_EVERY_MS))
      await db.writeUnowned((trx) => enqueue(trx, PROBE, { atMs: Date.now() }))
  })()
  await sleep(3_000)
  const quietMs = take(waits)

  const feeds = createFeedUpdates({ lists: createFeedLists(redisMain, log) })
  const seen: number[] = []
  for (let post = 0; post < POSTS; post += 1) {
    const photoId = newId()
    await db.write(star, async (trx, after) => {
      feeds.published(after, star, photoId)
      await feeds.settled(trx, star, photoId, 'ready')
      const photo = {
        id: photoId,
        account_id: star,
        media_key: '',
        width: 4,
        height: 3,
        thumbhash: '',
        status: 'ready',
      }
      await trx
        .insertInto('photos')
        .values(photo as never)
        .execute()
    })
    seen.push(await untilSeen(person, photoId))
  }
  // What is pushed goes on after the last was seen.
  const [{ left } = { left: 0 }] = await rows<{ left: number }>(
    `select count(*)::int as left from graphile_worker._private_jobs`,
  )
  if (left > 5) await sleep(5_000)
  isProbing = false
  await probing
  const { values = [] } = (await metrics.registry.getSingleMetric('feed_deliveries_total')?.get()) ?? {}
  return {
    firstMs: seen[0] ?? 0,
    usualMs: median(seen.slice(1)),
    quietMs,
    busyMs: take(waits),
    pushed: values.reduce((sum, { value }) => sum + value, 0),
  }
}

async function untilSeen(person: Person, photoId: string): Promise<number> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < VISIBLE_DEADLINE_MS) {
    const { items } = (await person.get('/api/feed?limit=1')).body
    if (items[0]?.id === photoId) return performance.now() - startedAt
  }
  throw new Error(`a post was not seen within ${VISIBLE_DEADLINE_MS} ms`)
}

/** The P95 of what is there, which is taken away. */
function take(waits: number[]): number {
  const sorted = waits.splice(0).toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0
}
