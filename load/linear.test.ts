import assert from 'node:assert/strict'
import { test } from 'node:test'
import { againstLinear, type Carried } from './linear.ts'

const carried = (pass: number, ...ofEach: readonly (readonly [count: number, goodPerSecond: number])[]): Carried[] =>
  ofEach.map(([count, goodPerSecond]) => ({ pass, count, goodPerSecond, isFull: false }))

test('fleets are compared within a pass, and the median pass counts', () => {
  const passes = [
    ...carried(1, [2, 900], [1, 500]),
    // Half as fast a machine: the same share of linear.
    ...carried(2, [2, 450], [1, 250]),
    ...carried(3, [2, 500], [1, 500]),
  ]
  assert.deepEqual(againstLinear(passes), [
    { count: 1, percents: [100, 100, 100], percent: 100 },
    { count: 2, percents: [90, 90, 50], percent: 90 },
  ])
})

test('a fleet that filled the machine is not measured by it', () => {
  const [one, five] = carried(1, [1, 500], [5, 1_000]) as [Carried, Carried]
  const [, full] = againstLinear([one, { ...five, isFull: true }])
  assert.deepEqual(full, { count: 5, percents: [], percent: Number.NaN })
  const [, once] = againstLinear([one, { ...five, isFull: true }, ...carried(2, [5, 2_000], [1, 500])])
  assert.deepEqual(once, { count: 5, percents: [80], percent: 80 })
})

test('without what one carried in the same pass nothing is said', () => {
  const [, two] = againstLinear([...carried(1, [1, 500]), ...carried(2, [2, 900])])
  assert.deepEqual(two, { count: 2, percents: [Number.NaN], percent: Number.NaN })
})
