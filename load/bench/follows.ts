import { median } from '../quantiles.ts'
import { startBench } from './bench-app.ts'
import type { Benchmark } from './benchmark.ts'
import { wrk, type Round } from './measure.ts'

const FOLLOWS = [50, 500, 5_000]
const RATIO_MAX = 1.3
/** Of whom one follows, those whose photos are merged at read. */
const POPULAR_SHARE = 0.01

/** One feed page by how many accounts its reader follows: warm, and built anew. */
export const follows: Benchmark = {
  name: 'follows',
  about: 'one feed page by how many its reader follows',
  expectedSeconds: ({ seconds, rounds }) => 35 + rounds * FOLLOWS.length * (seconds + 0.5),
  async run({ seconds, rounds }, say) {
    say('people, photos and follows')
    await using bench = await startBench()
    const authors = await bench.accounts(5_000)
    await bench.photos(authors, 20_000)
    const popular = authors.filter((_, index) => index % (1 / POPULAR_SHARE) === 0)
    await bench.app.rows(
      'insert into pulled_accounts (account_id, is_announced) select id, true from unnest($1::uuid[]) id',
      [popular],
    )
    const readers = []
    for (const count of FOLLOWS) {
      const { person, id } = await bench.person(`follows${count}`)
      await bench.follows([id], authors.slice(0, count))
      readers.push({ count, person, id })
    }
    await bench.app.rows('analyze')
    const url = `${bench.app.origin}/api/feed`
    const warm = new Map<number, Round[]>(FOLLOWS.map((count) => [count, []]))
    const builtMs = new Map<number, number[]>(FOLLOWS.map((count) => [count, []]))
    const { client } = bench.app.services.redisMain
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`)
      for (const { count, person, id } of readers) {
        for (let time = 0; time < 5; time += 1) {
          await client.del(`feed:${id}`)
          const startedAt = performance.now()
          await person.get('/api/feed')
          builtMs.get(count)?.push(performance.now() - startedAt)
        }
        warm.get(count)?.push(await wrk(url, person.token, seconds))
      }
    }
    const at = (count: number, of: keyof Round) => median((warm.get(count) ?? []).map((each) => each[of]))
    const fewest = FOLLOWS[0] ?? 0
    return [
      {
        title: 'One feed page by how many its reader follows, one in a hundred of them merged at read',
        columns: ['follows', 'req/s', 'p50 ms', 'CPU ms', 'CPU against 50', 'goal', 'built anew, ms'],
        rows: FOLLOWS.map((count) => [
          String(count),
          at(count, 'requestsPerSecond').toFixed(0),
          at(count, 'p50Ms').toFixed(2),
          at(count, 'cpuMsPerRequest').toFixed(3),
          (at(count, 'cpuMsPerRequest') / at(fewest, 'cpuMsPerRequest')).toFixed(2),
          `≤ ${RATIO_MAX}`,
          median(builtMs.get(count) ?? []).toFixed(1),
        ]),
        isMet: FOLLOWS.map((count) =>
          count === fewest ? null : at(count, 'cpuMsPerRequest') / at(fewest, 'cpuMsPerRequest') <= RATIO_MAX,
        ),
      },
    ]
  },
}
