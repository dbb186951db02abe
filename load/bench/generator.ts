import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { portOf } from '../../src/platform/ports.ts'
import { openServices } from '../../src/processes/services.ts'
import { freePort } from '../../test/support/servers.ts'
import { constant } from '../generator/arrivals.ts'
import { MIXES } from '../generator/mixes.ts'
import { openCrowd } from '../generator/open-crowd.ts'
import { median } from '../quantiles.ts'
import type { Benchmark } from './benchmark.ts'
import { endedChildrenMs, wrk } from './measure.ts'

const PEOPLE = 500
const REQUESTS_PER_SECOND = 2_000
const WARM_UP_SECONDS = 3
const GOAL_CORES = 0.6
const ROUTE = '/api/instance'
const START_DEADLINE_MS = 10_000

/** What our generator costs, which draws people, keeps a schedule and reads every answer, beside wrk, which does none of it. */
export const generator: Benchmark = {
  name: 'generator',
  about: 'CPU of the load generator at 2,000 requests a second, and of wrk on the same route',
  expectedSeconds: ({ seconds, rounds }) => 10 + rounds * (WARM_UP_SECONDS + seconds * 2),
  obstacle: () =>
    fetch(`http://127.0.0.1:${portOf('lb', loadConfig().config.portOffset)}${ROUTE}`).then(
      () => null,
      () => 'its people are those of a running stack   try: ./minigram up, with the same MINIGRAM_STATE',
    ),
  async run({ seconds, rounds }, say) {
    const { config, secrets } = loadConfig()
    const log = createLog('bench', 'warn')
    await using services = openServices({ ...config, postgresPoolMax: 2 }, secrets, log)
    await using route = await startPlainRoute()
    await using crowd = await openCrowd(services, { people: PEOPLE, ports: { lb: route.port, edge: route.port } })
    const [ours, theirs]: [number[], number[]] = [[], []]
    let late = 0
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`)
      const arrivals = constant(REQUESTS_PER_SECOND, seconds, WARM_UP_SECONDS)
      const { total, generator } = await crowd.drive({
        mix: MIXES.constant,
        arrivals,
        signal: AbortSignal.timeout(120_000),
      })
      if (total.all.failed > 0)
        throw new Error(`${total.all.failed} requests failed: ${JSON.stringify(total.failures)}`)
      ours.push((generator.cpuShare * 1_000 * total.seconds) / total.all.count)
      late = Math.max(late, generator.lateP99Ms)
      const before = endedChildrenMs()
      const { requests } = await wrk(route.url, null, seconds)
      theirs.push((endedChildrenMs() - before) / requests)
    }
    const [ourMs, theirMs] = [median(ours), median(theirs)]
    const cores = (ourMs * REQUESTS_PER_SECOND) / 1_000
    return [
      {
        title: `The load generator at ${REQUESTS_PER_SECOND} requests a second by ${PEOPLE} people, and wrk as fast as it can, on a constant from NGINX`,
        columns: [
          'CPU ms a request',
          'wrk',
          'times wrk',
          `cores at ${REQUESTS_PER_SECOND} req/s`,
          'goal',
          'late by ms at P99',
        ],
        rows: [
          [
            ourMs.toFixed(3),
            theirMs.toFixed(3),
            (ourMs / theirMs).toFixed(1),
            cores.toFixed(2),
            `≤ ${GOAL_CORES}`,
            late.toFixed(0),
          ],
        ],
        isMet: [cores <= GOAL_CORES],
      },
    ]
  },
}

/** An NGINX that answers as an app server would, and does nothing else. */
async function startPlainRoute(): Promise<{ port: number; url: string } & AsyncDisposable> {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-route-'))
  const port = await freePort()
  const file = join(directory, 'nginx.conf')
  const answer = JSON.stringify({ instance: 'app1', release: 'a release', startedAt: new Date().toISOString() })
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${directory}/pid; error_log stderr;
     events { worker_connections 4096; }
     http {
       access_log off; keepalive_requests 1000000; client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
       fastcgi_temp_path ${directory}/f; uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
       server { listen 127.0.0.1:${port} backlog=4096; default_type application/json; location / { return 200 '${answer}'; } }
     }`,
  )
  const server = spawn('nginx', ['-c', file], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}${ROUTE}`
  const stop = async () => {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    }
    rmSync(directory, { recursive: true, force: true })
  }
  for (const end = Date.now() + START_DEADLINE_MS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const response = await fetch(url).catch(() => null)
    if (response?.ok) return { port, url, [Symbol.asyncDispose]: stop }
    if (Date.now() < end && server.exitCode === null) continue
    await stop()
    throw new Error('NGINX does not answer')
  }
}
