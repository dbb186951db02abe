import { QuotaUnavailable } from '../src/fleet/quota.ts'
import type { ClaimId } from './claims.ts'
import type { ScenarioResult } from './scenario.ts'

/** Where the machine has no CPU quotas, what rests on them is void with the reason: it is not measured some other way. */
export async function voidWithoutQuotas(
  claims: readonly ClaimId[],
  work: () => Promise<ScenarioResult>,
): Promise<ScenarioResult> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof QuotaUnavailable)) throw error
    const note = `not possible here: ${error.message}`
    return {
      measurements: claims.map((claim) => ({ claim, value: 0, verdict: 'void', samples: 0, note })),
      charts: [],
      generator: null,
    }
  }
}
