import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sessionGoesFirst } from './going-first.ts'

const AUTOGROUP = '/proc/self/autogroup'
const niceness = () => Number(/nice (-?\d+)/.exec(readFileSync(AUTOGROUP, 'utf8'))?.[1])
const isPossible = process.getuid?.() === 0 && existsSync(AUTOGROUP)

test('the session of the generator goes before others, and is as it was afterwards', { skip: !isPossible }, () => {
  const before = niceness()
  {
    using _ = sessionGoesFirst()
    assert.equal(niceness(), -10)
  }
  assert.equal(niceness(), before)
})
