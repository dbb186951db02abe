import { test } from 'node:test'
import { overloadAll } from '../support/overload.ts'

test(
  'with every app server overloaded none leaves the rotation, what is refused says so, and all is well again',
  { timeout: 180_000 },
  () => overloadAll({ people: 800, actionsPerSecond: 4_000, seconds: 3 }),
)
