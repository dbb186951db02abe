import { build, type Histogram } from 'hdr-histogram-js'
import type { Action, Outcome } from './actions.ts'

export interface ActionReport {
  count: number
  failed: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  maxMs: number
}

/** Microseconds with two significant digits, up to a minute. */
function newHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 2 })
}

/** Counts outcomes and latencies per action; latency counts from when the action was meant to begin. */
export function createRecorder() {
  const perAction = new Map<Action, { histogram: Histogram; failed: number }>()
  const dynamic = newHistogram()
  const failures = new Map<string, number>()
  const cacheStatuses = new Map<string, number>()
  let bytes = 0

  function note(action: Action, outcome: Outcome, elapsedMs: number): void {
    const entry = perAction.get(action) ?? { histogram: newHistogram(), failed: 0 }
    perAction.set(action, entry)
    const microseconds = Math.min(60_000_000, Math.max(1, Math.round(elapsedMs * 1_000)))
    entry.histogram.recordValue(microseconds)
    if (action !== 'image') dynamic.recordValue(microseconds)
    bytes += outcome.bytes
    if (outcome.cacheStatus) {
      const state = `${action} ${/\bhit\b/.test(outcome.cacheStatus) ? 'hit' : 'miss'}`
      cacheStatuses.set(state, (cacheStatuses.get(state) ?? 0) + 1)
    }
    if (outcome.failure === null) return
    entry.failed += 1
    const name = `${action}: ${outcome.failure}`
    failures.set(name, (failures.get(name) ?? 0) + 1)
  }

  function reportOf(histogram: Histogram, failed: number): ActionReport {
    const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000
    return {
      count: histogram.totalCount,
      failed,
      p50Ms: at(50),
      p95Ms: at(95),
      p99Ms: at(99),
      maxMs: histogram.maxValue / 1_000,
    }
  }

  return {
    note,
    report() {
      const actions = Object.fromEntries(
        [...perAction].map(([action, { histogram, failed }]) => [action, reportOf(histogram, failed)]),
      )
      const failed = [...perAction.values()].reduce((sum, entry) => sum + entry.failed, 0)
      const dynamicFailed = failed - (perAction.get('image')?.failed ?? 0)
      return {
        dynamic: reportOf(dynamic, dynamicFailed),
        actions,
        failed,
        failures: Object.fromEntries([...failures].sort((one, other) => other[1] - one[1])),
        cacheStatuses: Object.fromEntries(cacheStatuses),
        bytes,
      }
    },
  }
}

export type LoadReport = ReturnType<ReturnType<typeof createRecorder>['report']>
