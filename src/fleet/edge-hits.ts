import { spawn, type ChildProcess } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'

/** Requests of the public listener for which the cache was asked; reads that prove a purge come by the other. */
const QUERY = 'ReqStart[3] eq "public" and VCL_call ~ "^(HIT|MISS)$"'
const LINE = /^(hit|miss) \/(?:(media|assets)\/)?/

export interface EdgeHitsOptions {
  /** Where each PoP has a directory of its own, `edge1` and so on. */
  runDirectory: string
  metrics: Pick<Metrics, 'cacheRequest'>
  log: Log
}

/**
 * Counts what each PoP's cache did with photos, assets and visitors' pages. Varnish counts its hits, but not of what, so its log in shared
 * memory is read by its own `varnishncsa`, which waits for a Varnish that restarts. `look` starts one for each PoP that is new.
 */
export function createEdgeHits({ runDirectory, metrics, log }: EdgeHitsOptions) {
  const readers = new Map<string, ChildProcess>()
  let isEnding = false

  function start(name: string): void {
    const args = ['-n', join(runDirectory, name, 'varnish'), '-t', 'off', '-q', QUERY, '-F', '%{Varnish:hitmiss}x %U']
    const reader = spawn('varnishncsa', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    readers.set(name, reader)
    reader.on('error', (error) => log.warn({ event: 'edge_hits.failed', edge: name, error: error.message }))
    reader.on('close', (code) => {
      readers.delete(name)
      if (!isEnding) log.info({ event: 'edge_hits.ended', edge: name, code })
    })
    createInterface({ input: reader.stdout }).on('line', (line) => {
      const [, outcome, kind = 'page'] = LINE.exec(line) ?? []
      if (outcome) metrics.cacheRequest('edge', kind, outcome === 'hit' ? 'hit' : 'miss')
    })
  }

  return {
    async look(): Promise<void> {
      const names = await readdir(runDirectory)
      for (const name of names) if (/^edge[1-8]$/.test(name) && !readers.has(name)) start(name)
    },
    [Symbol.dispose]() {
      isEnding = true
      for (const reader of readers.values()) reader.kill()
    },
  }
}
