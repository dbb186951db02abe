import type { Services } from '../src/processes/services.ts'
import { CLAIMS, type Claim, type ClaimId } from './claims.ts'

/** `void`: the run measured something else than what it was about, such as the generator itself. `missed`: a goal, and no promise. */
export type Verdict = 'pass' | 'fail' | 'void' | 'missed'

/** One claim, measured. */
export interface Measurement {
  claim: ClaimId
  /** In the claim's unit. */
  value: number
  verdict: Verdict
  /** What the value rests on: requests, pairs, queries. */
  samples: number
  /** The reason found for a failure, or what a reader must know. */
  note?: string
}

export interface Series {
  name: string
  /** x, y */
  points: readonly (readonly [number, number])[]
}

/** Lines show what changed over time or size; bars lie beside each other by name; a histogram's x is the upper bound of a bucket. */
export interface Chart {
  title: string
  kind: 'line' | 'bars' | 'histogram'
  x: string
  y: string
  series: readonly Series[]
  /** Bars only: what x = 0, 1, 2… stand for. */
  labels?: readonly string[]
  /** Latencies span decades. */
  xScale?: 'log'
  /** A target, drawn as a line across. */
  limit?: { y: number; text: string }
  /** What happened at which x: a kill, a step. */
  marks?: readonly { x: number; text: string }[]
}

/** What the generator itself used: a run in which it was the bottleneck measured nothing else. */
export interface GeneratorUse {
  cpuShare: number
  lateP99Ms: number
  isVoid: boolean
}

export interface ScenarioContext {
  services: Services
  /** Shorter holds and fewer steps, so that all scenarios fit into `prove --quick`. */
  isQuick: boolean
  photosDirectory: string | undefined
  signal: AbortSignal
  progress: (line: string) => void
}

export interface ScenarioResult {
  measurements: readonly Measurement[]
  charts: readonly Chart[]
  generator: GeneratorUse | null
}

/** One file of `load/scenarios/`, exported as `scenario`; the file is called NN-<name>.ts. It seeds nothing, leaves the stack as it found it,
 *  also when it fails or is interrupted, and sends traffic to loopback only. */
export interface Scenario {
  name: string
  about: string
  claims: readonly ClaimId[]
  /** About how long it takes; null where it has no place in a quick run. */
  seconds: { quick: number | null; full: number }
  /** Tries several ways of doing the same in turns, which takes long: a suite's name asks for it only with `--compare`. */
  isComparison?: true
  run: (context: ScenarioContext) => Promise<ScenarioResult>
}

/** The verdict on a value by its claim's limit. */
export function judge(id: ClaimId, value: number): Verdict {
  const { better, limit, isGoal }: Claim = CLAIMS[id]
  if (better === 'lower' ? value <= limit : value >= limit) return 'pass'
  return isGoal ? 'missed' : 'fail'
}
