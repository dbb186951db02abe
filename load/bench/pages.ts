import { startBench, startReadyString } from './bench-app.ts'
import type { Benchmark } from './benchmark.ts'
import { compare, wrk } from './measure.ts'

/** For the time left. */
const CASES = 4

/** Warm pages of one app server against the same bytes as a ready string. */
export const pages: Benchmark = {
  name: 'pages',
  about: 'warm pages of one app server against the same bytes as a ready string',
  expectedSeconds: ({ seconds, rounds }) => 20 + CASES * (4 + rounds * seconds * 2),
  async run({ seconds, rounds }, say) {
    await using bench = await startBench()
    const { person, id } = await bench.person('reader')
    const authors = await bench.accounts(50)
    await bench.follows([id], authors)
    await bench.photos(authors, 400)
    const [author] = await bench.app.rows<{ username: string }>('select username from accounts where id = $1', [
      authors[0],
    ])
    const cases = [
      { what: 'feed page, 20 photos', path: '/api/feed', token: person.token, goal: 0.6 },
      { what: 'profile, signed in', path: `/api/accounts/${author?.username}`, token: person.token, goal: 0.7 },
      { what: 'profile, visitor', path: `/api/accounts/${author?.username}`, token: null, goal: 0.7 },
      {
        what: 'photos of a profile, visitor',
        path: `/api/accounts/${author?.username}/photos`,
        token: null,
        goal: 0.7,
      },
    ]
    const results: string[][] = []
    const isMet: boolean[] = []
    for (const { what, path, token, goal } of cases) {
      const url = `${bench.app.origin}${path}`
      await using ready = await startReadyString(url, token)
      await wrk(url, token, 2)
      await wrk(ready.url, token, 1)
      const { ours, theirs, throughputRatio, cpuRatio } = await compare(
        () => wrk(url, token, seconds),
        () => wrk(ready.url, token, seconds),
        rounds,
        (round) => say(`${what}, ${round}`),
      )
      isMet.push(throughputRatio >= goal)
      results.push([
        what,
        ours.requestsPerSecond.toFixed(0),
        theirs.requestsPerSecond.toFixed(0),
        throughputRatio.toFixed(2),
        `≥ ${goal}`,
        ours.cpuMsPerRequest.toFixed(3),
        theirs.cpuMsPerRequest.toFixed(3),
        (1 / cpuRatio).toFixed(2),
      ])
    }
    return [
      {
        title: 'Warm pages of one app server against the same bytes as a ready string',
        columns: ['page', 'req/s', 'ready string', 'ratio', 'goal', 'CPU ms', 'ready', 'ratio by CPU'],
        rows: results,
        isMet,
      },
    ]
  },
}
