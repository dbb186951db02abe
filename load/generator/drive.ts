import { monitorEventLoopDelay } from 'node:perf_hooks'
import { act, type World } from './actions.ts'
import { drawFrom, type Mix } from './mixes.ts'
import type { Person } from './people.ts'
import { createRecorder, type LoadReport } from './recorder.ts'

export interface DriveOptions {
  people: readonly Person[]
  mix: Mix
  world: World
  actionsPerSecond: number
  /** Rising to the full rate; not recorded. */
  rampSeconds: number
  seconds: number
  /** Ends the run early with what there is. */
  signal: AbortSignal
  onSecond?: (second: number, inFlight: number) => void
}

export interface Driven {
  report: LoadReport
  seconds: number
  /** Of the generator itself: a run in which it was the bottleneck measured nothing else. */
  generator: { cpuShare: number; loopDelayP99Ms: number; lateP99Ms: number; isVoid: boolean }
}

/** Arrivals are looked at this often; each begins at its own time within the step, and latency counts from that time. */
const STEP_MS = 4
/** More than this late or this busy, and the generator itself is what was measured. */
const LATE_MAX_MS = 50
const CPU_SHARE_MAX = 0.9

/** Open loop: actions begin on schedule, whatever the server does; a slow answer delays nobody but itself. */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { people, mix, world, signal } = options
  const draw = drawFrom(mix.weights, world.random)
  const recorder = createRecorder()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const lateness: number[] = []
  let inFlight = 0
  let next = 0

  const begin = (action: ReturnType<typeof draw>, intendedAtMs: number, isRecorded: boolean) => {
    const person = people[next++ % people.length]
    if (!person) return
    inFlight += 1
    void act(action, person, world).then((outcome) => {
      inFlight -= 1
      if (isRecorded) recorder.note(action, outcome, performance.now() - intendedAtMs)
    })
  }

  const startMs = performance.now()
  const recordFromMs = startMs + options.rampSeconds * 1_000
  const endMs = recordFromMs + options.seconds * 1_000
  let cpu = process.cpuUsage()
  let isRecording = false
  let due = 0
  let uploadsDue = 0
  let lastMs = startMs
  let second = 0
  while (performance.now() < endMs && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, STEP_MS))
    const nowMs = performance.now()
    if (!isRecording && nowMs >= recordFromMs) {
      isRecording = true
      cpu = process.cpuUsage()
      delay.enable()
    }
    const stepMs = nowMs - lastMs
    if (isRecording) lateness.push(stepMs - STEP_MS)
    const share = Math.min(1, (nowMs - startMs) / Math.max(1, options.rampSeconds * 1_000))
    due += (stepMs / 1_000) * options.actionsPerSecond * share
    uploadsDue += (stepMs / 1_000) * mix.uploadsPerSecond
    const count = Math.floor(due)
    due -= count
    // Spread over the step that has passed, which is when they were meant to begin.
    for (let index = 0; index < count; index++) begin(draw(), lastMs + (stepMs * (index + 1)) / count, isRecording)
    for (; uploadsDue >= 1; uploadsDue -= 1) begin('upload', nowMs, isRecording)
    lastMs = nowMs
    if (nowMs - startMs > (second + 1) * 1_000) options.onSecond?.(++second, inFlight)
  }
  const seconds = Math.max(0.001, (performance.now() - recordFromMs) / 1_000)
  const used = process.cpuUsage(cpu)
  delay.disable()
  for (const until = Date.now() + 10_000; inFlight > 0 && Date.now() < until;)
    await new Promise((resolve) => setTimeout(resolve, 20))
  lateness.sort((one, other) => one - other)
  const lateP99Ms = lateness[Math.floor(lateness.length * 0.99)] ?? 0
  const cpuShare = (used.user + used.system) / 1e6 / seconds
  return {
    report: recorder.report(),
    seconds,
    generator: {
      cpuShare,
      loopDelayP99Ms: delay.percentile(99) / 1e6,
      lateP99Ms,
      isVoid: lateP99Ms > LATE_MAX_MS || cpuShare > CPU_SHARE_MAX,
    },
  }
}
