import { test } from 'node:test'
import { overloadAll } from '../support/overload.ts'

test(
  'for twenty seconds many times what the machine carries: none leaves the rotation, then all is well again',
  { timeout: 240_000 },
  () => overloadAll({ people: 1_500, actionsPerSecond: 4_000, seconds: 20 }),
)
