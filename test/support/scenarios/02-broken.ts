import type { Scenario } from '../../../load/scenario.ts'

/** Fails, so that a test can see that the run goes on. */
export const scenario: Scenario = {
  name: 'broken',
  about: 'Throws.',
  claims: ['L1'],
  seconds: { quick: 1, full: 1 },
  run: () => Promise.reject(new Error('broken <on purpose>')),
}
