import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newEntry } from './cache-entry.ts'
import { createMemoryTier } from './cache-memory.ts'

const LIFE_SECONDS = 60
const positionOf = (step: number) => `00000001:${step.toString(16).padStart(16, '0')}`
const entryOf = (step: number, chars: number) => newEntry(positionOf(step), Infinity, 'x'.repeat(chars))

test('what is not asked for leaves once there is too much of what is', () => {
  const memory = createMemoryTier(100_000)
  const shelf = memory.of('kind')
  const keep = (id: string) => shelf.set(id, entryOf(1, 1_000), LIFE_SECONDS, memory.generation())
  keep('cold')
  keep('hot')
  for (let nr = 0; nr < 200; nr += 1) {
    keep(`other ${nr}`)
    assert.ok(shelf.get('hot', 'any', true, Date.now()))
  }
  assert.equal(shelf.get('cold', 'any', true, Date.now()), null)
})

test('what changes again and again takes its place once', () => {
  const memory = createMemoryTier(100_000)
  const shelf = memory.of('kind')
  shelf.set('calm', entryOf(1, 1_000), LIFE_SECONDS, memory.generation())
  for (let step = 2; step < 500; step += 1) {
    shelf.set('busy', entryOf(step, 1_000), LIFE_SECONDS, memory.generation())
    if (step % 2 === 0) shelf.bury('busy', positionOf(step + 1), false)
  }
  assert.ok(shelf.get('calm', 'any', true, Date.now()))
})

test('while nobody tells of changes, nothing is kept for long', () => {
  const memory = createMemoryTier(100_000)
  const shelf = memory.of('kind')
  const livesAfter = (seconds: number) => shelf.get('a', 'any', true, Date.now() + seconds * 1_000) !== null
  const keep = () => shelf.set('a', entryOf(1, 10), LIFE_SECONDS, memory.generation())
  keep()
  assert.deepEqual([livesAfter(1), livesAfter(LIFE_SECONDS - 10)], [true, false])
  memory.clear(true)
  assert.equal(livesAfter(0), false)
  keep()
  assert.deepEqual([livesAfter(1), livesAfter(LIFE_SECONDS - 10)], [true, true])
})

test('what lingers after a change is for those who did not write, and for a second', () => {
  const memory = createMemoryTier(100_000)
  memory.clear(true)
  const shelf = memory.of('kind')
  shelf.set('a', entryOf(1, 10), LIFE_SECONDS, memory.generation())
  shelf.bury('a', positionOf(3), true)
  const isThere = (since: number | null, afterMs = 0) =>
    shelf.get('a', since === null ? 'any' : { since: positionOf(since) }, true, Date.now() + afterMs) !== null
  assert.deepEqual([isThere(null), isThere(2), isThere(3), isThere(4)], [true, true, false, false])
  assert.equal(isThere(null, 1_001), false)
  shelf.set('a', entryOf(2, 10), LIFE_SECONDS, memory.generation())
  assert.equal(isThere(3), false, 'nor is anything kept that is older than the change')
  shelf.set('a', entryOf(3, 10), LIFE_SECONDS, memory.generation())
  assert.deepEqual([isThere(4), isThere(null, 1_001)], [true, true])
})
