import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { World } from './actions.ts'
import type { Step } from './arrivals.ts'
import type { Target } from './browser.ts'
import {
  joinParts,
  joinSeconds,
  joinSteps,
  type Driven,
  type Second,
  type ThreadPart,
  type ThreadSecond,
} from './driven.ts'
import { sessionGoesFirst } from './going-first.ts'
import type { Mix } from './mixes.ts'
import type { Person } from './people.ts'
import type { Order, ThreadData, Told } from './thread-messages.ts'

export interface DriveOptions {
  mix: Mix
  /** Made by `constant`, `ramp` or `steps` of arrivals.ts, or put together from them. */
  arrivals: readonly Step[]
  /** Ends the run early, with the report so far. */
  signal: AbortSignal
  /** As soon as a second is over. */
  onSecond?: (second: Second) => void
}

export interface Crowd extends AsyncDisposable {
  people: number
  /** Open loop: actions begin on schedule, whatever the service does. One run at a time. */
  drive: (options: DriveOptions) => Promise<Driven>
}

export interface CrowdOptions {
  people: readonly Person[]
  /** Whom all follow, and who does the uploads; null where nobody stands out. */
  celebrity: Person | null
  world: World
  target: Target
  seed: number
  threads: number
  /** Otherwise the photos that were uploaded are deleted at the end. */
  keepsUploads: boolean
}

/** So that all threads know of a run before it begins. */
const START_DELAY_MS = 200

/** Spreads people over threads. What they have uploaded is deleted when it is disposed of. */
export async function startCrowd(options: CrowdOptions): Promise<Crowd> {
  const { people, celebrity, world, target, seed, threads } = options
  const workers = Array.from({ length: threads }, (_, thread) => {
    const own = people.filter((_, index) => index % threads === thread)
    const workerData: ThreadData = { thread, threads, people: own, celebrity, world, target, seed }
    return new Worker(new URL('thread.ts', import.meta.url), { workerData })
  })
  await Promise.all(workers.map((worker) => once(worker, 'online')))
  let runs = 0

  const order = (message: Order) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    for (const worker of workers) worker.postMessage(message)
  }
  async function carryOut(message: Order): Promise<void> {
    const done = Promise.all(workers.map(untilDone))
    order(message)
    await done
  }
  if (celebrity) await carryOut({ kind: 'follow celebrity' })

  return {
    people: people.length,
    async drive({ mix, arrivals, signal, onSecond }) {
      const startAtUnixMs = Date.now() + START_DELAY_MS
      runs += 1
      const perSecond: Second[] = []
      const gather = gatherSeconds(threads, (second) => {
        perSecond.push(second)
        onSecond?.(second)
      })
      const runningThreads = Promise.all(workers.map((worker) => untilDriven(worker, gather)))
      const stop = () => order({ kind: 'stop' })
      signal.addEventListener('abort', stop, { once: true })
      using _ = sessionGoesFirst()
      try {
        order({ kind: 'drive', steps: arrivals, mix, seed: seed + runs, startAtUnixMs })
        if (signal.aborted) stop()
        const parts = await runningThreads
        return assemble({ startAtUnixMs, arrivals, perSecond, people: people.length }, parts)
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        await carryOut({ kind: 'leave', keepsUploads: options.keepsUploads })
      } finally {
        await Promise.all(workers.map((worker) => worker.terminate()))
      }
    },
  }
}

function assemble(
  run: { startAtUnixMs: number; arrivals: readonly Step[]; perSecond: Second[]; people: number },
  threads: readonly { parts: ThreadPart[]; isComplete: boolean }[],
): Driven {
  const begun = Math.min(...threads.map(({ parts }) => parts.length))
  const steps = run.arrivals.slice(0, begun).map((step, index) => ({
    step,
    ...joinParts(threads.flatMap(({ parts }) => parts[index] ?? [])),
  }))
  const recorded = steps.filter(({ step }) => step.isWarmUp !== true)
  return {
    startedAt: new Date(run.startAtUnixMs).toISOString(),
    people: run.people,
    isComplete: threads.every(({ isComplete }) => isComplete),
    ...joinSteps(recorded),
    steps,
    perSecond: run.perSecond,
  }
}

/** A second is told when each thread has told its part. */
function gatherSeconds(threads: number, onSecond: (second: Second) => void): (part: ThreadSecond) => void {
  const waiting = new Map<number, ThreadSecond[]>()
  return (part) => {
    const parts = [...(waiting.get(part.second) ?? []), part]
    waiting.set(part.second, parts)
    if (parts.length < threads) return
    waiting.delete(part.second)
    onSecond(joinSeconds(parts))
  }
}

function untilDriven(
  worker: Worker,
  onSecond: (part: ThreadSecond) => void,
): Promise<{ parts: ThreadPart[]; isComplete: boolean }> {
  return untilTold(worker, (told) => {
    if (told.kind === 'second') onSecond(told.second)
    if (told.kind === 'done' && told.problem) throw new Error(told.problem)
    return told.kind === 'driven' ? told : null
  })
}

function untilDone(worker: Worker): Promise<true> {
  return untilTold(worker, (told) => {
    if (told.kind === 'done' && told.problem) throw new Error(told.problem)
    return told.kind === 'done' ? true : null
  })
}

/** Waits until `take` makes something of what the thread tells. @throws Error also where the thread dies */
function untilTold<Result>(worker: Worker, take: (told: Told) => Result | null): Promise<Result> {
  return new Promise((resolve, reject) => {
    const end = () => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
    }
    const onMessage = (told: Told) => {
      try {
        const result = take(told)
        if (result === null) return
        end()
        resolve(result)
      } catch (error) {
        end()
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
    const onError = (error: Error) => {
      end()
      reject(error)
    }
    const onExit = () => onError(new Error('a thread of the generator ended'))
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}
