import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BLOCKED_PORTS } from './blocked-ports.ts'
import { freeOffset, offsetProblem, plannedPorts } from './port-plan.ts'

test('no two parts of a stack share a port', () => {
  const ports = plannedPorts(0).map((each) => each.port)
  assert.equal(new Set(ports).size, ports.length)
})

test("the list of blocked ports is the one that Node's fetch refuses", async () => {
  for (const port of BLOCKED_PORTS) {
    if (port === 0) continue
    const error = await fetch(`http://127.0.0.1:${port}/`).then(
      () => null,
      (cause: unknown) => cause,
    )
    assert.equal((error as { cause?: Error } | null)?.cause?.message, 'bad port', `port ${port}`)
  }
})

test('offsets 0 and 20000 are fine, and a crowded machine still gets one', () => {
  assert.equal(offsetProblem(0), null)
  assert.equal(offsetProblem(20_000), null)
  assert.equal(freeOffset(new Set()), 20_000)
  assert.equal(freeOffset(new Set(plannedPorts(20_000).map((each) => each.port))), 21_000)
})
