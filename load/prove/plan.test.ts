import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLAIMS, type ClaimId } from '../claims.ts'
import { chooseScenarios, expectedSeconds, knownNames, QUICK_SECONDS, reasonNotRun, unknownName } from './plan.ts'
import { loadScenarios, suiteOf } from './scenario-files.ts'

const KNOWN = [
  { name: 'spread', suite: 'load', claims: ['L1'], seconds: { quick: 20, full: 60 } },
  { name: 'reads', suite: 'scaling', claims: ['D2'], seconds: { quick: null, full: 300 } },
  { name: 'world', suite: 'tiers', claims: ['P5', 'P5b'], seconds: { quick: 30, full: 90 } },
] as const
const names = (words: readonly string[], isQuick = false) =>
  chooseScenarios(KNOWN, { names: words, isQuick }).map(({ name }) => name)

test('without a name everything runs; quick leaves out what takes too long', () => {
  assert.deepEqual(names([]), ['spread', 'reads', 'world'])
  assert.deepEqual(names([], true), ['spread', 'world'])
})

test('a quick run has eight minutes: what matters most comes first, and what does not fit is left out', () => {
  const scenario = (name: string, quick: number) =>
    ({ name, suite: 'load', claims: [], seconds: { quick, full: 900 } }) as const
  const many = [scenario('long', 300), scenario('short', 100), scenario('world', 200), scenario('hit-rates', 100)]
  const chosen = chooseScenarios(many, { names: [], isQuick: true })
  assert.deepEqual(
    chosen.map(({ name }) => name),
    ['short', 'world', 'hit-rates'],
    'in the order of their numbers',
  )
  assert.equal(chooseScenarios(many, { names: [], isQuick: false }).length, 4)
})

test('a name is a suite, a scenario or a promise, with or without its number or letter', () => {
  assert.deepEqual(names(['load']), ['spread'])
  assert.deepEqual(names(['34-world']), ['world'])
  assert.deepEqual(names(['p5']), ['world'])
  assert.deepEqual(names(['P5b']), ['world'])
  assert.deepEqual(names(['reads'], true), ['reads'], 'what is named runs, however long it takes')
  assert.equal(unknownName(KNOWN, ['load', 'wrold']), 'wrold')
  assert.deepEqual(knownNames(KNOWN), ['load', 'spread', 'scaling', 'reads', 'tiers', 'world'])
})

test('what compares ways of doing the same runs when all does, when it is named, and with --compare', () => {
  const comparing = {
    name: 'ways',
    suite: 'load',
    claims: ['L2'],
    seconds: { quick: null, full: 200 },
    isComparison: true,
  } as const
  const known = [...KNOWN, comparing]
  const chosen = (words: readonly string[], options: { isQuick?: boolean; isComparing?: boolean } = {}) =>
    chooseScenarios(known, { names: words, isQuick: false, ...options }).map(({ name }) => name)
  assert.deepEqual(chosen([]), ['spread', 'reads', 'world', 'ways'])
  assert.deepEqual(chosen(['load']), ['spread'])
  assert.deepEqual(chosen(['load'], { isComparing: true }), ['spread', 'ways'])
  assert.deepEqual(chosen(['L2']), ['ways'])
  assert.deepEqual(chosen([], { isQuick: true, isComparing: true }), ['spread', 'world', 'ways'])
})

test('a scenario that was not run says why', () => {
  assert.equal(reasonNotRun(KNOWN, { names: ['world'], isQuick: true })('reads'), 'not asked for')
  assert.equal(reasonNotRun(KNOWN, { names: [], isQuick: true })('reads'), 'has no room in a quick run')
  assert.equal(reasonNotRun(KNOWN, { names: [], isQuick: true })('spread'), 'the run ended before')
})

test('a scenario’s file says to which suite it belongs', () => {
  assert.equal(suiteOf('01-spread.ts'), 'load')
  assert.equal(suiteOf('34-world.ts'), 'tiers')
  assert.throws(() => suiteOf('world.ts'), /NN-<name>/)
})

test('the scenarios have names of their own, claims that can be measured, and a quick run’s worth of time', async () => {
  const scenarios = await loadScenarios()
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length)
  for (const { name, about, claims } of scenarios) {
    assert.ok(about.length > 0, name)
    const notYet = claims.filter((id: ClaimId) => 'notYet' in CLAIMS[id])
    assert.deepEqual(notYet, [], `${name} measures what the list says nothing measures`)
  }
  const quick = chooseScenarios(scenarios, { names: [], isQuick: true })
  assert.ok(quick.length > 0 && quick.reduce((sum, each) => sum + expectedSeconds(each, true), 0) <= QUICK_SECONDS)
})
