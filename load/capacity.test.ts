import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bounds, findCapacity, judgeRung, walkEdge } from './capacity.ts'
import type { Crowd } from './generator/crowd.ts'

const BOUNDS: Bounds = { p95Ms: 300, failedShare: 0.001 }
const figures = (p95Ms: number, failed = 0) => ({
  seconds: 5,
  all: { count: 1_000, failed },
  dynamic: { count: 800, failed, p95Ms },
})

test('a rate is carried while P95 and failures are within bounds and the generator kept up', () => {
  assert.equal(judgeRung(figures(120), BOUNDS, false).broke, null)
  assert.equal(judgeRung(figures(301), BOUNDS, false).broke, 'P95')
  assert.equal(judgeRung(figures(120, 2), BOUNDS, false).broke, 'failures')
  assert.equal(judgeRung(figures(120), BOUNDS, true).broke, 'generator')
  assert.equal(judgeRung({ ...figures(120), all: { count: 0, failed: 0 } }, BOUNDS, false).broke, 'failures')
  assert.equal(judgeRung(figures(120, 8), BOUNDS, false).goodPerSecond, (800 - 8) / 5)
})

/** What a service that carries so many actions a second would show; there is no other way to know the right answer. */
function crowdBefore(limit: number): { crowd: Crowd; rates: number[] } {
  const rates: number[] = []
  const crowd = {
    people: 10,
    drive: async ({ arrivals }: Parameters<Crowd['drive']>[0]) => {
      const rate = Number(arrivals.at(-1)?.actionsPerSecond)
      const p95Ms = rate > limit ? 900 : 20
      rates.push(rate)
      const total = { ...figures(p95Ms), dynamic: { count: rate * 5, failed: 0, p95Ms } }
      return { total, isComplete: true, generator: { cpuShare: 0.1, lateP99Ms: 1, isVoid: false } }
    },
  } as unknown as Crowd
  return { crowd, rates }
}

const SEARCH = {
  mix: { weights: { feed: 1 }, perSecond: {} },
  bounds: BOUNDS,
  from: 50,
  growth: 1.25,
  halvings: 3,
  secondsEach: 5,
  warmUpSeconds: 1,
  signal: new AbortController().signal,
} as const

test('the ladder ends at the first rate that breaks, and the gap is narrowed', async () => {
  const { crowd, rates } = crowdBefore(130)
  const { best, broken } = await findCapacity(crowd, SEARCH)
  assert.ok(best && broken)
  assert.ok(best.actionsPerSecond <= 130 && broken.actionsPerSecond > 130)
  assert.ok(broken.actionsPerSecond / best.actionsPerSecond < 1.04)
  assert.equal(rates.length, 6 + 3)
})

test('nothing carried is no capacity, and an interruption ends the search', async () => {
  const { best, broken, rungs } = await findCapacity(crowdBefore(3).crowd, SEARCH)
  assert.deepEqual([best, broken?.broke, rungs.length], [null, 'P95', 5])
  await assert.rejects(findCapacity(crowdBefore(100).crowd, { ...SEARCH, signal: AbortSignal.abort() }))
})

test('a ladder that begins too high goes down first, then climbs to where it breaks', async () => {
  const { crowd, rates } = crowdBefore(20)
  const { best, broken } = await findCapacity(crowd, SEARCH)
  assert.ok(best && broken)
  assert.ok(best.actionsPerSecond <= 20 && broken.actionsPerSecond > 20)
  assert.ok(broken.actionsPerSecond / best.actionsPerSecond < 1.04)
  assert.deepEqual(rates.slice(0, 6).map(Math.round), [50, 25, 13, 16, 20, 24])
})

test('about the edge the rate goes up while it is carried and down where it is not', async () => {
  const { crowd, rates } = crowdBefore(130)
  const rungs = await walkEdge(crowd, { ...SEARCH, from: 100, factor: 1.1, tries: 7 })
  assert.deepEqual(rates.map(Math.round), [100, 110, 121, 133, 121, 133, 121])
  assert.deepEqual(
    rungs.map(({ broke }) => broke),
    [null, null, null, 'P95', null, 'P95', null],
  )
})
