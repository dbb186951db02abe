import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../load/seeded-random.ts'
import { decide, observe, type Action, type Observation, type ProbeOutcome } from './watch-policy.ts'

const AT_EASE = 10

function server(slot: string, outcome: ProbeOutcome, streak = 1, socketId = `socket-${slot}`): Observation {
  return { slot, socketId, outcome, streak, strainAge: outcome === 'overloaded' || outcome === 'silent' ? 0 : AT_EASE }
}
function rotationOf(...slots: string[]): Map<string, string> {
  return new Map(slots.map((slot) => [slot, `socket-${slot}`]))
}

test('a ready app server joins once', () => {
  assert.deepEqual(decide([server('01', 'ready')], new Map()), [{ kind: 'join', slot: '01' }])
  assert.deepEqual(decide([server('01', 'ready', 2)], rotationOf('01')), [])
})

test('one that is still starting does not join', () => {
  assert.deepEqual(decide([server('01', 'unwell')], new Map()), [])
})

test('a draining or dead one leaves at once, even the last', () => {
  assert.deepEqual(decide([server('01', 'draining')], rotationOf('01')), [
    { kind: 'leave', slot: '01', reason: 'draining' },
  ])
  assert.deepEqual(decide([server('01', 'refused')], rotationOf('01')), [
    { kind: 'leave', slot: '01', reason: 'refused' },
  ])
  assert.deepEqual(decide([], rotationOf('01')), [{ kind: 'leave', slot: '01', reason: 'gone' }])
})

test('a restarted one is linked anew, and its dead socket does not stay', () => {
  const restarted = new Map([['01', 'socket-of-the-dead']])
  assert.deepEqual(decide([server('01', 'ready')], restarted), [{ kind: 'join', slot: '01' }])
  assert.deepEqual(decide([server('01', 'unwell')], restarted), [{ kind: 'leave', slot: '01', reason: 'replaced' }])
})

test('a silent one leaves after two seconds while the others are at ease, and returns when it answers', () => {
  const others = [server('02', 'ready'), server('03', 'ready')]
  const all = rotationOf('01', '02', '03')
  assert.deepEqual(decide([server('01', 'silent', 3), ...others], all), [])
  assert.deepEqual(decide([server('01', 'silent', 4), ...others], all), [
    { kind: 'leave', slot: '01', reason: 'silent' },
  ])
  assert.deepEqual(decide([server('01', 'ready'), ...others], rotationOf('02', '03')), [{ kind: 'join', slot: '01' }])
  assert.deepEqual(decide([server('01', 'overloaded'), ...others], rotationOf('02', '03')), [
    { kind: 'join', slot: '01' },
  ])
})

test('while another is under strain it leaves after ten seconds', () => {
  const all = rotationOf('01', '02', '03')
  for (const other of ['overloaded', 'silent'] as const) {
    const others = [server('02', other, 3), server('03', 'ready')]
    assert.deepEqual(decide([server('01', 'silent', 19), ...others], all), [])
    assert.deepEqual(decide([server('01', 'silent', 20), ...others], all), [
      { kind: 'leave', slot: '01', reason: 'silent' },
    ])
  }
})

test('the last one that the balancer has stays, however silent', () => {
  const silent = ['01', '02', '03'].map((slot) => server(slot, 'silent', 99))
  assert.deepEqual(decide(silent, rotationOf('01', '02', '03')), [])
  assert.deepEqual(decide([server('01', 'silent', 99)], rotationOf('01')), [])
  assert.deepEqual(
    decide([server('01', 'silent', 99), server('02', 'refused')], rotationOf('01', '02')),
    [{ kind: 'leave', slot: '02', reason: 'refused' }],
    'who is gone does not stand in for anybody',
  )
  // Nor does one that answers but is not linked yet.
  assert.deepEqual(decide([server('01', 'silent', 99), server('02', 'ready')], rotationOf('01')), [
    { kind: 'join', slot: '02' },
  ])
})

test('the socket of a dead one is swept after a while', () => {
  assert.deepEqual(decide([server('01', 'refused', 9)], new Map()), [])
  assert.deepEqual(decide([server('01', 'refused', 10)], new Map()), [
    { kind: 'sweep', slot: '01', socketId: 'socket-01' },
  ])
})

test('a streak ends with another outcome or another socket; strain fades', () => {
  const of = (outcome: ProbeOutcome, socketId = 'one') => ({ slot: '01', socketId, outcome })
  const first = observe(undefined, of('silent'))
  const second = observe(first, of('silent'))
  assert.deepEqual([first.streak, second.streak], [1, 2])
  assert.ok(first.strainAge > 0, 'one late answer is no strain')
  assert.equal(second.strainAge, 0)
  assert.equal(observe(second, of('ready')).streak, 1)
  assert.equal(observe(second, of('silent', 'another')).streak, 1)
  let calming = observe(second, of('overloaded'))
  assert.equal(calming.strainAge, 0)
  for (let round = 1; round <= 30; round++) {
    calming = observe(calming, of('ready'))
    assert.equal(calming.strainAge, Math.min(round, AT_EASE))
  }
})

// ── What holds for any number of app servers, whatever their probes tell ──

const ROUNDS = 300

/** Rounds of a whole fleet, all of it in the rotation at first. `outcomeOf` tells what a probe learns; `afterRound` sees what is decided. */
function watch(
  count: number,
  outcomeOf: (index: number, round: number) => ProbeOutcome,
  afterRound: (actions: Action[], rotation: ReadonlyMap<string, string>, round: number) => void,
): void {
  const slots = Array.from({ length: count }, (_, index) => String(index + 1).padStart(2, '0'))
  const rotation = rotationOf(...slots)
  let fleet: Observation[] = []
  for (let round = 0; round < ROUNDS; round++) {
    fleet = slots.map((slot, index) =>
      observe(fleet[index], { slot, socketId: `socket-${slot}`, outcome: outcomeOf(index, round) }),
    )
    const actions = decide(fleet, rotation)
    for (const action of actions) {
      if (action.kind === 'leave') rotation.delete(action.slot)
      if (action.kind === 'join') rotation.set(action.slot, `socket-${action.slot}`)
    }
    afterRound(actions, rotation, round)
  }
}

test('with all of them overloaded none ever leaves, however late their answers', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed)
    const count = 2 + (seed % 15)
    const silences = Array.from({ length: count }, () => 0)
    watch(
      count,
      (index) => {
        // Up to nine and a half seconds without a word; between two silences it says what it is.
        const left = silences[index] ?? 0
        silences[index] = left > 0 ? left - 1 : random() < 0.5 ? Math.floor(random() * 19) : 0
        return left > 0 ? 'silent' : 'overloaded'
      },
      (actions) => assert.deepEqual(actions, [], `seed ${seed}`),
    )
  }
})

test('whatever happens, a silent one only leaves when one that answers stays', () => {
  const words: readonly ProbeOutcome[] = ['ready', 'overloaded', 'silent', 'silent', 'silent', 'unwell', 'refused']
  let left = 0
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed)
    const count = 1 + (seed % 16)
    const now = Array.from({ length: count }, (): ProbeOutcome => 'ready')
    watch(
      count,
      (index) => {
        if (random() < 0.05) now[index] = words[Math.floor(random() * words.length)] ?? 'ready'
        return now[index] ?? 'ready'
      },
      (actions, rotation) => {
        const quiet = actions.filter((action) => action.kind === 'leave' && action.reason !== 'refused')
        if (quiet.length === 0) return
        left += quiet.length
        const answering = [...rotation.keys()].filter((slot) => /ready|overloaded/.test(now[Number(slot) - 1] ?? ''))
        assert.ok(answering.length > 0, `seed ${seed}: nobody who answers is left`)
      },
    )
  }
  assert.ok(left > 100, `only ${left} ever left: this tried nothing`)
})

test('one that freezes among others at ease is out within four rounds, one that dies in the same', () => {
  for (const [outcome, rounds] of [
    ['silent', 4],
    ['refused', 1],
  ] as const)
    for (let count = 2; count <= 16; count++) {
      const leftAt: number[] = []
      watch(
        count,
        // The others are late now and then, never twice in a row.
        (index, round) => (index === 0 && round >= 50 ? outcome : (round + index) % 7 === 0 ? 'silent' : 'ready'),
        (actions, _, round) => {
          for (const action of actions) if (action.kind === 'leave') leftAt.push(round)
        },
      )
      assert.equal(leftAt.length, 1, `${count}: ${leftAt.join()}`)
      // Round 49 was one of its own late ones, at index 0.
      assert.ok((leftAt[0] ?? Infinity) - 50 < rounds, `${count}: left in round ${leftAt[0]}`)
    }
})
