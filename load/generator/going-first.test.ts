import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sessionGoesFirst } from './going-first.ts'

/** Bits of CapEff, as capabilities(7) numbers them: a niceness below 0, and more than one change in 100 ms. */
const CAP_SYS_NICE = 1n << 23n
const CAP_SYS_ADMIN = 1n << 21n

/** Undefined where sessions have none: no autogroups, or a process that is in the machine's first session. */
function niceness(): string | undefined {
  try {
    return /nice (-?\d+)/.exec(readFileSync('/proc/self/autogroup', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

function mayGoFirst(): boolean {
  const needed = CAP_SYS_NICE | CAP_SYS_ADMIN
  const held = BigInt(`0x${/CapEff:\t(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`)
  return niceness() !== undefined && (held & needed) === needed
}

test('the session of the generator goes before others, and is as it was afterwards', { skip: !mayGoFirst() }, () => {
  const before = niceness()
  {
    using _ = sessionGoesFirst()
    assert.equal(niceness(), '-10')
  }
  assert.equal(niceness(), before)
})
