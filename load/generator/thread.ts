import { setImmediate as yieldToIo, setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { seededRandom } from '../seeded-random.ts'
import { act, type Scene } from './actions.ts'
import { openBrowser, REQUEST_TIMEOUT_MS, type Browser } from './browser.ts'
import { threadGoesFirst } from './going-first.ts'
import { drawFrom } from './mixes.ts'
import { createRunLog, type RunLog } from './run-log.ts'
import { schedule } from './schedule.ts'
import { deleteUploads, endFollows, followAll } from './staging.ts'
import type { Order, ThreadData, Told } from './thread-messages.ts'

/** A thread that is behind still has to read the answers that are there. */
const BUSY_MAX_MS = 4
/** What is due sooner, and all answers that come until then, are dealt with together: each awakening costs more than what it is for. */
const NAP_MS = 3
/** Nobody sleeps longer, so that seconds end on time. */
const SLEEP_MAX_MS = 20
/** What has begun is waited for: all of it would end by its own timeout, a stopped run's at once. */
const DRAIN_MS = REQUEST_TIMEOUT_MS + 1_000
const DRAIN_STOPPED_MS = 2_000

threadGoesFirst()
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4))

// Given by crowd.ts alone.
const data = workerData as ThreadData
const { thread, threads, world, target } = data
const random = seededRandom(data.seed * 7_919 + thread)
let log: RunLog = createRunLog([{ seconds: 0, actionsPerSecond: 0 }], performance.now(), () => undefined)
const browsers = data.people.map((person) => ({ browser: open(person), pace: person.pace }))
const celebrity = data.celebrity === null ? null : open(data.celebrity)
const scene: Scene = { world, random, recorderAt: (sinceMs) => log.at(sinceMs), uploaded: [] }
const followers: Browser[] = []
let isStopped = false

function open(person: ThreadData['people'][number]): Browser {
  return openBrowser(person, target, {
    at: (sinceMs) => log.at(sinceMs),
    note: (sinceMs, noted) => log.note(sinceMs, noted),
  })
}

function tell(told: Told): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(told)
}

/** People of the first `count` of the whole crowd who are this thread's, drawn by their pace. */
function drawPerson(count: number): () => Browser {
  const own = browsers.slice(0, Math.max(1, Math.ceil((count - thread) / threads)))
  return drawFrom(
    own.map(({ browser, pace }) => [browser, pace] as const),
    random,
  )
}

async function drive({ steps, mix, seed, startAtUnixMs }: Order & { kind: 'drive' }): Promise<void> {
  const startMs = startAtUnixMs - performance.timeOrigin
  isStopped = false
  const own = createRunLog(steps, startMs, (second) => tell({ kind: 'second', second }))
  log = own
  const draws = new Map(steps.map((step) => [step, drawPerson(step.people ?? Infinity)]))
  let yieldedMs = performance.now()
  for (const { atMs, action, step } of schedule(steps, mix, { thread, threads, seed })) {
    const dueMs = startMs + atMs
    for (let nowMs = performance.now(); ; nowMs = performance.now()) {
      own.tick(nowMs)
      if (nowMs >= dueMs || isStopped) break
      if (dueMs - nowMs < NAP_MS) {
        Atomics.wait(NEVER_WOKEN, 0, 0, NAP_MS)
        await yieldToIo()
      } else await sleep(Math.min(SLEEP_MAX_MS, dueMs - nowMs))
      yieldedMs = performance.now()
    }
    if (isStopped) break
    const nowMs = performance.now()
    if (nowMs - yieldedMs > BUSY_MAX_MS) {
      await yieldToIo()
      yieldedMs = performance.now()
    }
    const browser = action === 'upload' && celebrity ? celebrity : draws.get(step)?.()
    if (!browser) continue
    own.begin(dueMs, performance.now())
    void act(action, browser, scene, dueMs).finally(() => own.end())
  }
  while (performance.now() < own.endMs && !isStopped) await untilNext(own)
  const untilMs = Math.min(performance.now(), own.endMs)
  own.close()
  const deadlineMs = performance.now() + DRAIN_MS
  const stoppedMs = performance.now()
  while (own.inFlight() > 0 && performance.now() < deadlineMs) {
    if (isStopped && performance.now() > stoppedMs + DRAIN_STOPPED_MS) break
    await untilNext(own)
  }
  own.tick(performance.now())
  tell({ kind: 'driven', parts: own.parts(untilMs), isComplete: !isStopped })
}

async function untilNext(own: RunLog): Promise<void> {
  own.tick(performance.now())
  await sleep(SLEEP_MAX_MS)
}

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'stop':
      isStopped = true
      return
    case 'drive':
      return drive(order)
    case 'follow celebrity':
      if (celebrity)
        followers.push(
          ...(await followAll(
            browsers.map(({ browser }) => browser),
            celebrity.username,
          )),
        )
      return tell({ kind: 'done', problem: null })
    case 'leave': {
      if (!order.keepsUploads) await deleteUploads(scene.uploaded)
      if (celebrity) await endFollows(followers, celebrity.username)
      for (const { browser } of browsers) browser.destroy()
      celebrity?.destroy()
      return tell({ kind: 'done', problem: null })
    }
  }
}

parentPort?.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => tell({ kind: 'done', problem: String(error) }))
})
