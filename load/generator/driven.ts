import type { GeneratorUse } from '../scenario.ts'
import type { Step } from './arrivals.ts'
import { decode, newHistogram, percentileMs, type Histogram } from './histogram.ts'
import { groupWith, mergeReports, type Report } from './report.ts'

/** What a step or a run was, in one thread: its report, and what the thread used for it. */
export interface ThreadPart {
  report: Report
  cpuSeconds: number
  /** How much later than intended actions began, encoded. */
  lateness: string
}

/** One second of a run, summed over the threads. */
export interface Second {
  /** From the start of the run, warm-up included. */
  second: number
  /** Which step it belongs to. */
  step: number
  /** Actions begun. */
  begun: number
  /** Requests answered in it, and how. */
  done: number
  failed: number
  /** Dynamic requests only. */
  dynamic: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  /** Actions under way at its end. */
  inFlight: number
  /** Answers by app server. */
  appServers: Record<string, number>
  /** `kind: why` → how often. */
  failures: Record<string, number>
}

/** What a thread tells of a second. */
export interface ThreadSecond extends Omit<Second, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  /** Latencies of its dynamic requests, encoded. */
  histogram: string
}

export interface Use extends GeneratorUse {
  /** Of the thread that was busiest, of a core. */
  busiestThreadShare: number
  threads: number
}

/** All of a run. Plain data. */
export interface Driven {
  startedAt: string
  people: number
  /** False where it was ended early. */
  isComplete: boolean
  /** All steps but the warm-ups. */
  total: Report
  steps: { step: Step; report: Report; generator: Use }[]
  perSecond: Second[]
  generator: Use
}

/** More than this late or this busy, and the generator itself is what was measured. */
const LATE_MAX_MS = 50
const THREAD_SHARE_MAX = 0.9

export function joinSeconds(parts: readonly ThreadSecond[]): Second {
  const histogram = newHistogram()
  for (const part of parts) histogram.add(decode(part.histogram))
  const sum = (pick: (part: ThreadSecond) => number) => parts.reduce((total, part) => total + pick(part), 0)
  const counts = (pick: (part: ThreadSecond) => Record<string, number>) =>
    groupWith(parts.map(pick), (values) => values.reduce((total, value) => total + value, 0))
  return {
    second: parts[0]?.second ?? 0,
    step: parts[0]?.step ?? 0,
    begun: sum(({ begun }) => begun),
    done: sum(({ done }) => done),
    failed: sum(({ failed }) => failed),
    dynamic: sum(({ dynamic }) => dynamic),
    p50Ms: percentileMs(histogram, 50),
    p95Ms: percentileMs(histogram, 95),
    p99Ms: percentileMs(histogram, 99),
    inFlight: sum(({ inFlight }) => inFlight),
    appServers: counts(({ appServers }) => appServers),
    failures: counts(({ failures }) => failures),
  }
}

/** One step as all threads saw it. */
export function joinParts(parts: readonly ThreadPart[]): { report: Report; generator: Use } {
  const report = mergeReports(
    parts.map((part) => part.report),
    true,
  )
  const seconds = Math.max(0.001, report.seconds)
  const shares = parts.map(({ cpuSeconds }) => cpuSeconds / seconds)
  return {
    report,
    generator: judgeUse(
      shares.reduce((sum, share) => sum + share, 0),
      Math.max(0, ...shares),
      percentileMs(sumOf(parts.map(({ lateness }) => lateness)), 99),
      parts.length,
    ),
  }
}

/** Several steps as one: the totals, and the use of the generator over all of them. */
export function joinSteps(steps: Driven['steps']): { total: Report; generator: Use } {
  const total = mergeReports(
    steps.map(({ report }) => report),
    false,
  )
  const weighted = (pick: (use: Use) => number) =>
    steps.reduce((sum, { report, generator }) => sum + pick(generator) * report.seconds, 0) /
    Math.max(0.001, total.seconds)
  const worst = (pick: (use: Use) => number) => Math.max(0, ...steps.map(({ generator }) => pick(generator)))
  return {
    total,
    generator: judgeUse(
      weighted(({ cpuShare }) => cpuShare),
      worst(({ busiestThreadShare }) => busiestThreadShare),
      worst(({ lateP99Ms }) => lateP99Ms),
      worst(({ threads }) => threads),
    ),
  }
}

function judgeUse(cpuShare: number, busiestThreadShare: number, lateP99Ms: number, threads: number): Use {
  const isVoid = lateP99Ms > LATE_MAX_MS || busiestThreadShare > THREAD_SHARE_MAX
  return { cpuShare, busiestThreadShare, lateP99Ms, threads, isVoid }
}

function sumOf(encoded: readonly string[]): Histogram {
  const histogram = newHistogram()
  for (const text of encoded) histogram.add(decode(text))
  return histogram
}
