import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryTier } from './cache-memory.ts'

const LIFE_SECONDS = 60
const positionOf = (step: number) => `00000001:${step.toString(16).padStart(16, '0')}`
const entryOf = (step: number, chars: number) => ({
  position: positionOf(step),
  softExpiresAtMs: Infinity,
  payload: 'x'.repeat(chars),
})

test('what is not asked for leaves once there is too much of what is', () => {
  const memory = createMemoryTier(100_000)
  const shelf = memory.of('kind')
  const keep = (id: string) => shelf.set(id, entryOf(1, 1_000), LIFE_SECONDS, memory.generation())
  keep('cold')
  keep('hot')
  for (let nr = 0; nr < 200; nr += 1) {
    keep(`other ${nr}`)
    assert.ok(shelf.get('hot', 'any', Date.now()))
  }
  assert.equal(shelf.get('cold', 'any', Date.now()), null)
})

test('what changes again and again takes its place once', () => {
  const memory = createMemoryTier(100_000)
  const shelf = memory.of('kind')
  shelf.set('calm', entryOf(1, 1_000), LIFE_SECONDS, memory.generation())
  for (let step = 2; step < 500; step += 1) {
    shelf.set('busy', entryOf(step, 1_000), LIFE_SECONDS, memory.generation())
    if (step % 2 === 0) shelf.bury('busy', positionOf(step + 1))
  }
  assert.ok(shelf.get('calm', 'any', Date.now()))
})

test('while nobody tells of changes, nothing is kept for long', () => {
  const memory = createMemoryTier(100_000)
  const shelf = memory.of('kind')
  const livesAfter = (seconds: number) => shelf.get('a', 'any', Date.now() + seconds * 1_000) !== null
  const keep = () => shelf.set('a', entryOf(1, 10), LIFE_SECONDS, memory.generation())
  keep()
  assert.deepEqual([livesAfter(1), livesAfter(LIFE_SECONDS - 10)], [true, false])
  memory.clear(true)
  assert.equal(livesAfter(0), false)
  keep()
  assert.deepEqual([livesAfter(1), livesAfter(LIFE_SECONDS - 10)], [true, true])
})
