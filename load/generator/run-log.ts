import type { Step } from './arrivals.ts'
import type { ThreadPart, ThreadSecond } from './driven.ts'
import { encode, newHistogram, recordMs } from './histogram.ts'
import { createRecorder, type Noted, type Recorder } from './recorder.ts'

export type RunLog = ReturnType<typeof createRunLog>

/** What happens in a run, in one thread: by step and by second. Times are those of `performance.now()`. */
export function createRunLog(steps: readonly Step[], startMs: number, onSecond: (second: ThreadSecond) => void) {
  let endMs = startMs
  const parts = steps.map(({ seconds }) => {
    const part = { startMs: endMs, endMs: endMs + seconds * 1_000 }
    endMs = part.endMs
    return { ...part, recorder: createRecorder(), lateness: newHistogram(), cpuSeconds: 0 }
  })
  let current = 0
  let cpu = process.threadCpuUsage()
  let second = newSecond()
  let seconds = 0
  let inFlight = 0

  /** Requests that are begun after the end, such as second ones, belong to the last step. */
  function partAt(sinceMs: number) {
    let index = current
    while (index > 0 && sinceMs < (parts[index]?.startMs ?? 0)) index -= 1
    const part = parts[index]
    if (!part) throw new Error('a run without steps')
    return part
  }
  function leaveStep(): void {
    const now = process.threadCpuUsage()
    const part = parts[current]
    if (part) part.cpuSeconds = (now.user + now.system - cpu.user - cpu.system) / 1e6
    cpu = now
  }

  return {
    endMs,
    inFlight: () => inFlight,
    at: (sinceMs: number): Recorder => partAt(sinceMs).recorder,
    /** An action begins now that was meant to begin then. */
    begin(sinceMs: number, nowMs: number): void {
      const part = partAt(sinceMs)
      part.recorder.counts.actions += 1
      recordMs(part.lateness, Math.max(0, nowMs - sinceMs))
      second.begun += 1
      inFlight += 1
    },
    end(): void {
      inFlight -= 1
    },
    note(sinceMs: number, noted: Noted): void {
      partAt(sinceMs).recorder.note(noted)
      second.done += 1
      if (!noted.isStatic) {
        second.dynamic += 1
        recordMs(second.histogram, noted.elapsedMs)
      }
      const server = noted.answer?.servedBy
      if (server) second.appServers[server] = (second.appServers[server] ?? 0) + 1
      if (noted.failure === null) return
      second.failed += 1
      const name = `${noted.kind}: ${noted.failure}`
      second.failures[name] = (second.failures[name] ?? 0) + 1
    },
    /** Closes the step and the second that are over by now. */
    tick(nowMs: number): void {
      while (current < parts.length - 1 && nowMs >= (parts[current]?.endMs ?? 0)) {
        leaveStep()
        current += 1
      }
      while (nowMs >= startMs + (seconds + 1) * 1_000) {
        onSecond({ ...second, second: seconds, step: current, inFlight, histogram: encode(second.histogram) })
        second = newSecond()
        seconds += 1
      }
    },
    /** No more actions begin. */
    close(): void {
      leaveStep()
    },
    /** The steps that were begun; the last one ends at `untilMs` where it was cut short. */
    parts(untilMs: number): ThreadPart[] {
      return parts
        .filter((part) => part.startMs < untilMs)
        .map(({ startMs, endMs, recorder, lateness, cpuSeconds }) => ({
          report: recorder.report((Math.min(endMs, untilMs) - startMs) / 1_000),
          cpuSeconds,
          lateness: encode(lateness),
        }))
    },
  }
}

function newSecond() {
  return {
    begun: 0,
    done: 0,
    failed: 0,
    dynamic: 0,
    histogram: newHistogram(),
    // Records, because they are sent as they are.
    appServers: {} as Record<string, number>,
    failures: {} as Record<string, number>,
  }
}
