import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startFront } from '../../test/support/front.ts'
import { freePort } from '../../test/support/servers.ts'
import type { Benchmark } from './benchmark.ts'
import { compare, wrk } from './measure.ts'

/** What a rendition of 640 pixels takes. */
const SIZE_BYTES = 60_000
const GOAL = 0.9
const KEY = 'e'.repeat(32)
const START_DEADLINE_MS = 10_000

/** Photos from a PoP's cache against a Varnish that answers as many bytes of its own making: what our rules cost per hit. */
export const edge: Benchmark = {
  name: 'edge',
  about: 'photos from a PoP’s cache against a Varnish that makes the bytes up',
  expectedSeconds: ({ seconds, rounds }) => 12 + rounds * seconds * 2,
  async run({ seconds, rounds }, say) {
    const ends: (() => unknown)[] = []
    // `startFront` asks of a test's context only that it calls back at the end.
    const context = { after: (end: () => unknown) => void ends.push(end) } as unknown as TestContext
    try {
      const front = await startFront(context, (_request, response) => response.end('{}'))
      mkdirSync(join(front.mediaDirectory, KEY))
      writeFileSync(join(front.mediaDirectory, KEY, '640.webp'), 'x'.repeat(SIZE_BYTES))
      await front.startEdge()
      const photo = `${front.edge}/media/${KEY}/640.webp`
      const plain = await startPlainVarnish(ends)
      for (const url of [photo, plain]) await wrk(url, null, 1)
      const { ours, theirs, throughputRatio, cpuRatio } = await compare(
        () => wrk(photo, null, seconds),
        () => wrk(plain, null, seconds),
        rounds,
        say,
      )
      const row = [
        `${SIZE_BYTES / 1_000} kB`,
        ours.requestsPerSecond.toFixed(0),
        theirs.requestsPerSecond.toFixed(0),
        throughputRatio.toFixed(2),
        `≥ ${GOAL}`,
        ours.cpuMsPerRequest.toFixed(3),
        theirs.cpuMsPerRequest.toFixed(3),
        (1 / cpuRatio).toFixed(2),
      ]
      return [
        {
          title: 'A photo from the edge’s cache against a Varnish that answers made-up bytes',
          columns: ['size', 'req/s', 'made up', 'ratio', 'goal', 'CPU ms', 'made up', 'ratio by CPU'],
          rows: [row],
          isMet: [throughputRatio >= GOAL],
        },
      ]
    } finally {
      for (const end of ends.toReversed()) await end()
    }
  },
}

/** With the settings of deploy/edge/run that matter for speed. */
async function startPlainVarnish(ends: (() => unknown)[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-plain-'))
  const port = await freePort()
  writeFileSync(join(directory, 'body'), 'x'.repeat(SIZE_BYTES))
  writeFileSync(
    join(directory, 'plain.vcl'),
    `vcl 4.1; import std; backend none none;
     sub vcl_recv { return (synth(200)); }
     sub vcl_synth { set resp.http.Content-Type = "image/webp"; set resp.body = std.fileread("${join(directory, 'body')}"); return (deliver); }`,
  )
  const args = ['-j', 'none', '-F', '-n', join(directory, 'n'), '-T', 'none', '-f', join(directory, 'plain.vcl')]
  const settings = ['-p', 'http_gzip_support=off', '-p', 'thread_pool_min=20', '-p', 'thread_pool_max=1000']
  const server: ChildProcess = spawn('varnishd', [...args, '-a', `127.0.0.1:${port}`, ...settings], { stdio: 'ignore' })
  ends.push(async () => {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    }
    rmSync(directory, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}/`
  for (const end = Date.now() + START_DEADLINE_MS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = await fetch(url).catch(() => null)
    if (answer && (await answer.arrayBuffer()).byteLength === SIZE_BYTES) return url
    if (Date.now() > end || server.exitCode !== null) throw new Error('the plain Varnish does not answer')
  }
}
