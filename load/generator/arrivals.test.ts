import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../seeded-random.ts'
import { arrivalTimes, constant, evenTimes, ramp, steps } from './arrivals.ts'
import { drawFrom, MIXES } from './mixes.ts'
import { schedule } from './schedule.ts'

const within = (value: number, expected: number, share: number) =>
  assert.ok(Math.abs(value - expected) <= expected * share, `${value} is not about ${expected}`)

test('arrivals come at their rate, in order, within their step', () => {
  const times = [...arrivalTimes({ seconds: 100, actionsPerSecond: 200 }, 1, seededRandom(1))]
  within(times.length, 20_000, 0.03)
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  )
  assert.ok(times.every((time) => time >= 0 && time < 100_000))
  within(times.filter((time) => time < 50_000).length, 10_000, 0.04)
})

test('gaps between arrivals vary as independent people make them', () => {
  const times = [...arrivalTimes({ seconds: 200, actionsPerSecond: 100 }, 1, seededRandom(2))]
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
  // Of an exponential distribution the two are equal.
  within(deviation, mean, 0.05)
})

test('a rise has a quarter of its arrivals in its first half, a fall three quarters', () => {
  for (const [from, to, share] of [
    [0, 400, 0.25],
    [400, 0, 0.75],
  ] as const) {
    const [step] = ramp(from, to, 100)
    const times = [...arrivalTimes(step ?? assert.fail(), 1, seededRandom(3))]
    within(times.length, 20_000, 0.03)
    within(times.filter((time) => time < 50_000).length, 20_000 * share, 0.05)
  }
})

test('threads share the arrivals between them', () => {
  const counts = [0, 1, 2].map(
    (seed) => [...arrivalTimes({ seconds: 60, actionsPerSecond: 300 }, 3, seededRandom(seed))].length,
  )
  for (const count of counts) within(count, 6_000, 0.06)
})

test('nothing arrives at no rate', () => {
  assert.deepEqual([...arrivalTimes({ seconds: 10, actionsPerSecond: 0 }, 1, seededRandom(1))], [])
})

test('what happens evenly happens exactly as often, over all threads', () => {
  const times = [0, 1].flatMap((thread) => [...evenTimes(60, 0.5, thread, 2)]).sort((one, other) => one - other)
  assert.equal(times.length, 30)
  assert.deepEqual(times.slice(0, 3), [1_000, 3_000, 5_000])
})

test('a warm-up rises to the rate and is marked', () => {
  assert.deepEqual(constant(50, 20, 5), [
    { seconds: 5, actionsPerSecond: [0, 50], isWarmUp: true },
    { seconds: 20, actionsPerSecond: 50 },
  ])
  assert.deepEqual(constant(50, 20), [{ seconds: 20, actionsPerSecond: 50 }])
})

test('a draw keeps to its weights', () => {
  const draw = drawFrom(
    [
      ['a', 1],
      ['b', 0],
      ['c', 3],
    ],
    seededRandom(4),
  )
  const drawn = Array.from({ length: 20_000 }, draw)
  within(drawn.filter((each) => each === 'a').length, 5_000, 0.05)
  assert.equal(drawn.filter((each) => each === 'b').length, 0)
})

test('a schedule is in order over its steps, and holds uploads beside the mix', () => {
  const arrivals = steps([100, 200], 30)
  const dues = [...schedule(arrivals, MIXES.browse, { thread: 0, threads: 1, seed: 5 })]
  const times = dues.map(({ atMs }) => atMs)
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  )
  assert.equal(dues.filter(({ action }) => action === 'upload').length, 30)
  const mixed = dues.filter(({ action }) => action !== 'upload' && action !== 'asset')
  within(mixed.length, 9_000, 0.05)
  within(mixed.filter(({ action }) => action === 'feed').length, 9_000 * 0.46, 0.06)
  assert.ok(dues.every(({ atMs, step }) => atMs < 30_000 === (step === arrivals[0])))
})

test('the same seed makes the same schedule, and each thread another', () => {
  const of = (thread: number) =>
    [...schedule(constant(50, 5), MIXES.browse, { thread, threads: 2, seed: 6 })].map(({ atMs }) => atMs)
  assert.deepEqual(of(0), of(0))
  assert.notDeepEqual(of(0), of(1))
})
