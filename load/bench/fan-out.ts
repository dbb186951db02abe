import { createFeedJobs } from '../../src/features/feed/feed.jobs.ts'
import { createFeedLists } from '../../src/features/feed/feed-lists.ts'
import type { FanOutPayload } from '../../src/features/feed/feed-updates.service.ts'
import { newId } from '../../src/platform/ids.ts'
import { median } from '../quantiles.ts'
import { startBench } from './bench-app.ts'
import type { Benchmark } from './benchmark.ts'

const FOLLOWERS = 10_000
const LISTS = 1_000
const POSTS = 5

/** What pushing costs, against what merging at read costs: where the two meet is the default of MINIGRAM_FEED_PUSH_MAX_FOLLOWERS. */
export const fanOut: Benchmark = {
  name: 'fan-out',
  about: 'deliveries per second of one worker, and what lists take of redis-main',
  expectedSeconds: () => 60,
  async run(_options, say) {
    say('people and their lists')
    await using bench = await startBench()
    const { db, log, metrics, redisMain } = bench.app.services
    const lists = createFeedLists(redisMain, log)
    const handlers = createFeedJobs({ db, lists, metrics, pushMaxFollowers: Number.POSITIVE_INFINITY })
    const [author = ''] = await bench.accounts(1)
    const fans = await bench.accounts(FOLLOWERS)
    await bench.follows(fans, [author])
    await bench.app.rows('analyze')

    const memory = async () => Number(/used_memory:(\d+)/.exec(await redisMain.client.info('memory'))?.[1])
    const ids = Array.from({ length: 500 }, (_, index) => newId(Date.now() - index))
      .toSorted()
      .toReversed()
    const before = await memory()
    for (const fan of fans.slice(0, LISTS)) await fill(fan)
    const perThousand = ((await memory()) - before) / 1024 / 1024

    const rows: string[][] = []
    for (const [what, count] of [
      [`${FOLLOWERS} followers, ${LISTS} of them with a list`, LISTS],
      [`${FOLLOWERS} followers, all with a list`, FOLLOWERS],
    ] as const) {
      say(`${what}: lists`)
      for (const fan of fans.slice(LISTS, count)) await fill(fan)
      say(`${what}: posts`)
      const seconds: number[] = []
      for (let post = 0; post < POSTS; post += 1) seconds.push(await publish())
      const perPost = median(seconds)
      rows.push([what, (count / perPost).toFixed(0), (FOLLOWERS / perPost).toFixed(0), (perPost * 1_000).toFixed(0)])
    }
    return [
      {
        title: 'Pushing one photo to followers, one worker',
        columns: ['audience', 'deliveries per second', 'followers per second', 'ms per photo'],
        rows,
      },
      {
        title: 'Memory of redis-main',
        columns: ['what', 'MiB'],
        rows: [['1,000 lists of 500 photos', perThousand.toFixed(1)]],
      },
    ]

    async function fill(accountId: string): Promise<void> {
      const build = await lists.begin(accountId)
      if (build) await lists.finish(accountId, build.token, { ids, isEnd: false, pulled: [] })
    }

    /** Seconds until the last follower's list has it; continuations run one after the other, as one worker does them. */
    async function publish(): Promise<number> {
      const startedAt = performance.now()
      let payload: FanOutPayload | null = { accountId: author, photoIds: [newId()], isReady: true, after: null }
      while (payload) {
        await handlers['feed.fan_out']?.(payload, { log, attempt: 1, lastAttempt: false })
        const [job]: { payload: FanOutPayload }[] = await bench.app.rows(
          'delete from graphile_worker._private_jobs returning payload',
        )
        payload = job?.payload ?? null
      }
      return (performance.now() - startedAt) / 1_000
    }
  },
}
