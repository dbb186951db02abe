import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, observe, type Observation, type ProbeOutcome } from './watch-policy.ts'

function server(slot: string, outcome: ProbeOutcome, streak = 1, socketId = `socket-${slot}`): Observation {
  return { slot, socketId, outcome, streak }
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

test('a slow one leaves after two probes while the others are well, and returns when it answers', () => {
  const others = [server('02', 'ready'), server('03', 'ready')]
  const all = rotationOf('01', '02', '03')
  assert.deepEqual(decide([server('01', 'unwell', 1), ...others], all), [])
  assert.deepEqual(decide([server('01', 'unwell', 2), ...others], all), [
    { kind: 'leave', slot: '01', reason: 'unwell' },
  ])
  assert.deepEqual(decide([server('01', 'ready'), ...others], rotationOf('02', '03')), [{ kind: 'join', slot: '01' }])
  assert.deepEqual(decide([server('01', 'unwell', 2), server('02', 'ready')], rotationOf('01', '02')), [
    { kind: 'leave', slot: '01', reason: 'unwell' },
  ])
})

test('overload is not death: with all or most of them slow, none leaves', () => {
  const slow = ['01', '02', '03'].map((slot) => server(slot, 'unwell', 9))
  assert.deepEqual(decide(slow, rotationOf('01', '02', '03')), [])
  assert.deepEqual(decide([server('01', 'ready'), ...slow.slice(1)], rotationOf('01', '02', '03')), [])
  assert.deepEqual(decide([server('01', 'unwell', 9)], rotationOf('01')), [])
})

test('one that left for being slow still counts, so that overload cannot take them one by one', () => {
  const fleet = [server('01', 'unwell', 20), server('02', 'unwell', 2), server('03', 'ready')]
  assert.deepEqual(decide(fleet, rotationOf('02', '03')), [])
})

test('the socket of a dead one is swept after a while', () => {
  assert.deepEqual(decide([server('01', 'refused', 9)], new Map()), [])
  assert.deepEqual(decide([server('01', 'refused', 10)], new Map()), [
    { kind: 'sweep', slot: '01', socketId: 'socket-01' },
  ])
})

test('a streak ends with another outcome or another socket', () => {
  const first = observe(undefined, server('01', 'unwell'))
  const second = observe(first, server('01', 'unwell'))
  assert.deepEqual([first.streak, second.streak], [1, 2])
  assert.equal(observe(second, server('01', 'ready')).streak, 1)
  assert.equal(observe(second, server('01', 'unwell', 1, 'another')).streak, 1)
})
