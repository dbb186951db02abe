import { execFile, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { request } from 'undici'
import { DEFAULT_SETTINGS } from '../../src/cli/plan/settings.ts'
import { freePort } from './servers.ts'

export const SECRET = 'the-edge-secret-of-this-test'

export type AppAnswer = (request: IncomingMessage, response: ServerResponse) => void

export interface Front {
  lb: string
  lbTls: string
  lbPurge: string
  edge: string
  edgeTls: string
  edgePurge: string
  mediaDirectory: string
  stateDirectory: string
  /** `METHOD url` of every request that reached the app server. */
  asked: string[]
  startEdge(): Promise<{ stop(): Promise<void> }>
  /** Stops NGINX: from the edge's side, the origin is away. */
  stopLb(): Promise<void>
}

const START_DEADLINE_MS = 15_000

/** NGINX, and on demand one PoP, from deploy/, in front of an app server that answers as the test wants. */
export async function startFront(
  t: TestContext,
  answer: AppAnswer,
  settings: Readonly<Record<string, string>> = {},
): Promise<Front> {
  const state = mkdtempSync(join(tmpdir(), 'minigram-front-'))
  for (const path of ['run/slots', 'log', 'secrets', 'media', 'spool', 'data', 'release/dist/web'])
    mkdirSync(join(state, path), { recursive: true })
  writeFileSync(join(state, 'secrets/edge'), SECRET)
  writeFileSync(join(state, 'release/dist/web/index.html'), '<!doctype html>')
  const asked: string[] = []
  const app = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    answer(incoming, response)
  })
  const slot = join(state, 'run/slots/app-01.sock')
  await new Promise<void>((resolve) => app.listen(slot, resolve))
  chmodSync(slot, 0o777)
  // Started by root, the servers run as somebody else; daemon exists on every Debian.
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', 'daemon:daemon', state])

  const ports = await Promise.all(Array.from({ length: 7 }, freePort))
  const [lb, lbTls, lbPurge, edge, edgeTls, edgePurge, nginxStatus] = ports.map(String)
  const environment = {
    PATH: process.env['PATH'] ?? '',
    MINIGRAM_USER: 'daemon',
    MINIGRAM_STATE: state,
    MINIGRAM_RELEASE: join(state, 'release'),
    MINIGRAM_SECRETS_DIR: join(state, 'secrets'),
    MINIGRAM_MEDIA_DIR: join(state, 'media'),
    MINIGRAM_SPOOL_DIR: join(state, 'spool'),
    MINIGRAM_PUBLIC_BIND: '127.0.0.1',
    MINIGRAM_OPS_BIND: '127.0.0.1',
    MINIGRAM_PORT_LB: lb,
    MINIGRAM_PORT_LB_TLS: lbTls,
    MINIGRAM_PORT_LB_PURGE: lbPurge,
    MINIGRAM_PORT_NGINX_STATUS: nginxStatus,
    MINIGRAM_PORT_EDGE: edge,
    MINIGRAM_PORT_EDGE_TLS: edgeTls,
    MINIGRAM_PORT_EDGE_PURGE: edgePurge,
    MINIGRAM_PORT_EDGES: '1',
    MINIGRAM_PORT_EDGE_PURGES: '1',
    MINIGRAM_LB_MAX_FAILS: String(DEFAULT_SETTINGS.lbMaxFails),
    MINIGRAM_LB_FAIL_TIMEOUT: DEFAULT_SETTINGS.lbFailTimeout,
    MINIGRAM_LB_WEIGHTS: '1',
    MINIGRAM_LB_RATE: '1000r/s',
    MINIGRAM_LB_BURST: '1000',
    ...settings,
  }

  function start(component: 'lb' | 'edge', nodeName: string, ready: string) {
    let output = ''
    const child = spawn('sh', [join(import.meta.dirname, '../../deploy', component, 'run')], {
      env: { ...environment, MINIGRAM_NODE_NAME: nodeName },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
    const stop = () => {
      child.kill('SIGTERM')
      return ended
    }
    t.after(stop)
    return { stop, isReady: () => untilReady(ready, () => (child.exitCode === null ? null : output)) }
  }
  t.after(() => {
    app.closeAllConnections()
    app.close()
    rmSync(state, { recursive: true, force: true })
  })
  const balancer = start('lb', 'lb', `http://127.0.0.1:${nginxStatus}/nginx_status`)
  await balancer.isReady()
  return {
    lb: `http://127.0.0.1:${lb}`,
    lbTls: `https://127.0.0.1:${lbTls}`,
    lbPurge: `http://127.0.0.1:${lbPurge}`,
    edge: `http://127.0.0.1:${edge}`,
    edgeTls: `https://127.0.0.1:${edgeTls}`,
    edgePurge: `http://127.0.0.1:${edgePurge}`,
    mediaDirectory: join(state, 'media'),
    stateDirectory: state,
    asked,
    async startEdge() {
      const pop = start('edge', 'edge1', `http://127.0.0.1:${edge}/`)
      await pop.isReady()
      return pop
    },
    stopLb: () => balancer.stop(),
  }
}

async function untilReady(url: string, endedWith: () => string | null): Promise<void> {
  const end = Date.now() + START_DEADLINE_MS
  for (;;) {
    const isUp = await request(url).then(
      async ({ body }) => (await body.dump(), true),
      () => false,
    )
    if (isUp) return
    const output = endedWith()
    if (output !== null || Date.now() > end) throw new Error(`${url} does not answer: ${output ?? 'too late'}`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

/** What curl says, which speaks HTTP/2 and takes certificates of one's own making. */
export async function curl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--max-time', '10', ...args])
  return stdout
}
