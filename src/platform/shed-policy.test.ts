import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createShedPolicy, type ShedClass, type ShedPolicy } from './shed-policy.ts'

const TARGET_MS = 100
const CLASSES = ['heavy', 'write', 'read', 'feed', 'never'] as const

/** Lets `ms` pass in ticks of 50 ms; in each of them requests arrive that have waited `queueMs` for a loop as late as that. */
function pass(policy: ShedPolicy, fromMs: number, ms: number, queueMs: number): number {
  let now = fromMs
  for (; now < fromMs + ms; now += 50) {
    for (let each = 0; each < 20; each++) if (policy.admits('feed', now, now - queueMs)) policy.done()
    policy.tick(now + 50, queueMs)
  }
  return now
}

/** As many of this class as are let in, none of which is answered. */
function fill(policy: ShedPolicy, shedClass: ShedClass, nowMs: number): number {
  let count = 0
  while (count < 10_000 && policy.admits(shedClass, nowMs, null)) count += 1
  return count
}

test('without waiting everything is let in, however much is under way', () => {
  const policy = createShedPolicy(TARGET_MS)
  const now = pass(policy, 0, 5_000, 1)
  assert.equal(fill(policy, 'heavy', now), 10_000)
  assert.equal(policy.state().isOverloaded, false)
})

test('a pause that ends refuses nobody', () => {
  const policy = createShedPolicy(TARGET_MS)
  const now = pass(policy, pass(policy, 0, 2_000, 1), 2_000, 250)
  assert.equal(policy.state().isOverloaded, false)
  pass(policy, now, 300, 1)
  assert.equal(policy.state().isOverloaded, false)
})

test('waiting that is no overload yet makes a server busy, for two seconds', () => {
  const policy = createShedPolicy(TARGET_MS)
  let now = pass(policy, pass(policy, 0, 1_000, 1), 1_000, 20)
  assert.equal(policy.isBusy(), false)
  now = pass(policy, now, 50, 30)
  assert.deepEqual([policy.isBusy(), policy.state().isOverloaded], [true, false])
  now = pass(policy, now, 1_900, 1)
  assert.equal(policy.isBusy(), true)
  pass(policy, now, 100, 1)
  assert.equal(policy.isBusy(), false)
})

test('a queue three times as long is overload after one second, not two and a half', () => {
  for (const [queueMs, isOverloaded] of [
    [250, false],
    [350, true],
  ] as const) {
    const policy = createShedPolicy(TARGET_MS)
    pass(policy, pass(policy, 0, 2_000, 1), 1_300, queueMs)
    assert.equal(policy.state().isOverloaded, isOverloaded)
  }
})

test('one long turn of the loop refuses nobody', () => {
  const policy = createShedPolicy(TARGET_MS)
  const now = pass(policy, 0, 2_000, 1)
  for (let each = 0; each < 200; each++) policy.admits('heavy', now + 1_500, now + each)
  policy.tick(now + 1_500, 1_450)
  assert.equal(policy.state().isOverloaded, false)
})

test('a queue that stays takes places away: from the heavy first, from feeds last, from health never', () => {
  const policy = createShedPolicy(TARGET_MS)
  const now = pass(policy, pass(policy, 0, 2_000, 1), 2_800, 150)
  assert.equal(policy.state().isOverloaded, true)
  const { limit } = policy.state()
  const taken = CLASSES.map((shedClass) => fill(policy, shedClass, now))
  let sum = 0
  for (const [index, share] of [0.25, 0.6, 0.85, 1].entries()) {
    sum += taken[index] ?? assert.fail()
    assert.equal(sum, Math.ceil(limit * share), CLASSES[index])
  }
  assert.equal(taken[4], 10_000)
})

test('an overloaded server refuses what has waited so long that its answer would come too late', () => {
  const policy = createShedPolicy(TARGET_MS)
  const now = pass(policy, pass(policy, 0, 2_000, 1), 2_800, 150)
  policy.tick(now + 6_000, 5_950)
  assert.equal(policy.admits('feed', now + 6_000, now + 100), false)
  assert.equal(policy.admits('never', now + 6_000, now + 100), true)
  assert.equal(policy.admits('feed', now + 6_000, now + 5_000), true)
  policy.tick(now + 6_050, 1)
  assert.equal(policy.admits('feed', now + 6_050, now), true, 'a try at a server that hangs is no waiting')
})

test('a second without a refusal ends it', () => {
  const policy = createShedPolicy(TARGET_MS)
  const now = pass(policy, pass(policy, 0, 2_000, 1), 2_800, 150)
  pass(policy, now, 1_200, 1)
  assert.equal(policy.state().isOverloaded, false)
})

test('clocks that are apart, in either direction, are no waiting', () => {
  for (const apartMs of [5_000, -5_000]) {
    const policy = createShedPolicy(TARGET_MS)
    for (let now = 0; now < 70_000; now += 50) {
      for (let each = 0; each < 20; each++) {
        assert.ok(policy.admits('heavy', now, now - apartMs - each / 10))
        policy.done()
      }
      policy.tick(now + 50, 1)
      assert.equal(policy.state().isOverloaded, false)
    }
  }
})

test('requests that come from a server that hangs, or by a clock that was set, say nothing about this one', () => {
  const policy = createShedPolicy(TARGET_MS)
  let now = pass(policy, 0, 2_000, 1)
  for (; now < 10_000; now += 50) {
    for (let each = 0; each < 20; each++) if (policy.admits('feed', now, now - 2_000)) policy.done()
    policy.tick(now + 50, 2)
    assert.equal(policy.state().isOverloaded, false)
  }
})

test('at three times what it can carry a server answers what it can in time, and all again when that is over', () => {
  const run = simulate([
    { seconds: 5, perSecond: 400 },
    { seconds: 20, perSecond: 1_800 },
    { seconds: 10, perSecond: 400 },
  ])
  const [before, during, after] = run
  assert.equal(before?.refused, 0)
  // The model's ceiling is 600 a second.
  assert.ok(during && during.answered >= 0.8 * 600 * 20, `${during?.answered} answered`)
  assert.ok(during.p95Ms <= 300, `P95 ${during.p95Ms} ms`)
  assert.ok(during.refused > 0.5 * 1_800 * 20)
  assert.ok(after && after.refusedLateMs <= 2_000, `refuses ${after?.refusedLateMs} ms after the spike`)
})

test('a cold server at a modest rate is slow, refuses nobody, and soon is slow no more', () => {
  // Its requests cost thirteen times as much at first, more than the rate leaves time for.
  const run = simulate(
    [
      { seconds: 10, perSecond: 67 },
      { seconds: 5, perSecond: 67 },
    ],
    { coldFactor: 12, classOf: (count) => (count % 10 === 0 ? 'heavy' : count % 4 === 0 ? 'read' : 'feed') },
  )
  const [cold, warm] = run
  assert.ok(cold && cold.p95Ms > 300, `P95 ${cold?.p95Ms} ms: the model was never in need`)
  assert.deepEqual([cold.refused, warm?.refused], [0, 0])
  assert.ok(warm && warm.p95Ms < 100, `P95 ${warm?.p95Ms} ms`)
})

test('a cold server with far more than it can carry refuses most of it and answers the rest', () => {
  const [cold] = simulate([{ seconds: 15, perSecond: 1_800 }], { coldFactor: 15 })
  assert.ok(cold && cold.refused > 0.5 * 15 * 1_800, `${cold?.refused} refused`)
  assert.ok(cold.answered >= 0.5 * 600 * 15, `${cold.answered} answered`)
})

interface Phase {
  answered: number
  refused: number
  p95Ms: number
  /** How long after its beginning the phase's last refusal came. */
  refusedLateMs: number
}

/** As many as the balancer sends at once (MINIGRAM_LB_MAX_CONNS). */
const BALANCER_MAX = 128

/** A Node process: one loop, which works off what is ready and then looks again. Each request takes four steps of 0.4 ms, 1 ms apart;
 *  `coldFactor` times more of it at first, which is gone after some hundred requests. */
function simulate(
  phases: readonly { seconds: number; perSecond: number }[],
  {
    coldFactor = 0,
    classOf = (): ShedClass => 'feed',
  }: { coldFactor?: number; classOf?: (count: number) => ShedClass } = {},
): Phase[] {
  const policy = createShedPolicy(TARGET_MS)
  const results: Phase[] = []
  let ready: { atMs: number; sentAtMs: number; step: number; shedClass: ShedClass }[] = []
  let arrived = 0
  let done = 0
  let now = 0
  let dueMs = 50
  let arrivalMs = 0
  for (const { seconds, perSecond } of phases) {
    const startMs = now
    const latencies: number[] = []
    const phase: Phase = { answered: 0, refused: 0, p95Ms: 0, refusedLateMs: 0 }
    arrivalMs = now
    while (now < startMs + seconds * 1_000) {
      if (now >= dueMs) {
        policy.tick(now, now - dueMs)
        dueMs = now + 50
      }
      for (; arrivalMs <= now; arrivalMs += 1_000 / perSecond) {
        if (ready.length < BALANCER_MAX)
          ready.push({ atMs: now, sentAtMs: arrivalMs, step: 0, shedClass: classOf(++arrived) })
        else phase.refused += 1
      }
      const turn = ready.filter(({ atMs }) => atMs <= now)
      ready = ready.filter(({ atMs }) => atMs > now)
      for (const each of turn) {
        if (each.step === 0 && !policy.admits(each.shedClass, now, each.sentAtMs)) {
          now += 0.05
          phase.refused += 1
          phase.refusedLateMs = now - startMs
          continue
        }
        now += 0.41 * (1 + coldFactor * Math.exp(-done / 200))
        if (each.step < 3) ready.push({ ...each, atMs: now + 1, step: each.step + 1 })
        else {
          policy.done()
          done += 1
          phase.answered += 1
          latencies.push(now - each.sentAtMs)
        }
      }
      if (turn.length === 0) now += 0.2
    }
    phase.p95Ms = latencies.toSorted((one, other) => one - other)[Math.floor(latencies.length * 0.95)] ?? 0
    results.push(phase)
  }
  return results
}
