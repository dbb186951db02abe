import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { newHistogram, recordMs } from '../generator/histogram.ts'
import { toTally, type Tally } from '../generator/report.ts'

export interface ReadsOptions {
  port: number
  /** As browsers ask for it. */
  host: string
  paths: readonly string[]
  perSecond: number
  seconds: number
  signal: AbortSignal
}

export interface Reads {
  /** Answers from the cache of a PoP, and all others; a latency counts from when the request was meant to begin. */
  hits: Tally
  others: Tally
}

export function isEdgeHit(cacheStatus: unknown): boolean {
  return /\bedge\d+; hit\b/.test(String(cacheStatus))
}

/** As many connections as a browser opens to a server. */
const CONNECTIONS = 6

/** Photos at a fixed rate over connections that stay open, as somebody who scrolls fetches them. */
export async function readPhotos({ port, host, paths, perSecond, seconds, signal }: ReadsOptions): Promise<Reads> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const [hits, others] = [newHistogram(), newHistogram()]
  let failed = 0
  const read = (path: string) =>
    new Promise<boolean>((resolve) => {
      get({ host: '127.0.0.1', port, path, agent, headers: { host } }, (answer) => {
        answer.resume().once('end', () => resolve(isEdgeHit(answer.headers['cache-status'])))
        answer.once('error', () => resolve(false))
        if (answer.statusCode !== 200) failed += 1
      }).once('error', () => {
        failed += 1
        resolve(false)
      })
    })
  try {
    // Fills the caches and opens the connections.
    for (let from = 0; from < paths.length; from += CONNECTIONS)
      await Promise.all(paths.slice(from, from + CONNECTIONS).map(read))
    failed = 0
    const startMs = performance.now() + 50
    const count = Math.floor(seconds * perSecond)
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const intendedMs = startMs + (index / perSecond) * 1_000
        await sleep(Math.max(0, intendedMs - performance.now()))
        if (signal.aborted) return
        const isHit = await read(paths[index % paths.length] ?? '/')
        recordMs(isHit ? hits : others, performance.now() - intendedMs)
      }),
    )
  } finally {
    agent.destroy()
  }
  return { hits: toTally(hits, 0), others: toTally(others, failed) }
}
