import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A PoP beside those of the stack, which reaches the balancer over a line of its own. */
export interface FarPop extends AsyncDisposable {
  port: number
}

/** Beyond the numbers of the PoPs that `up` knows. */
const FIRST_NR = 21
const START_SECONDS = 30

/** Starts Varnish as the stack does, with `lbPort` in place of the balancer's. Nobody purges it: it lives for a minute. */
export async function startPop(index: number, lbPort: number, stateDirectory: string): Promise<FarPop> {
  const nr = FIRST_NR + index
  const [port, purgePort] = await freePorts()
  const child = spawn('sh', [`${stateDirectory}/release/current/deploy/edge/run`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      MINIGRAM_NODE_NAME: `edge${nr}`,
      MINIGRAM_PUBLIC_BIND: '127.0.0.1',
      MINIGRAM_PORT_LB: String(lbPort),
      MINIGRAM_PORT_EDGES: String(port - nr),
      MINIGRAM_PORT_EDGE_PURGES: String(purgePort - nr),
      MINIGRAM_EDGE_MEMORY: '64m',
      MINIGRAM_TLS_REDIRECT: 'off',
    },
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-500)))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const isGone = once(child, 'exit')
      child.kill('SIGTERM')
      await isGone
    }
    rmSync(`${stateDirectory}/run/edge${nr}`, { recursive: true, force: true })
  }
  try {
    await untilAnswers(child, port, () => complaints)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, [Symbol.asyncDispose]: stop }
}

async function untilAnswers(child: ChildProcess, port: number, complaints: () => string): Promise<void> {
  for (const deadline = Date.now() + START_SECONDS * 1_000; ; await sleep(100)) {
    if (child.exitCode !== null) throw new Error(`a PoP did not start: ${complaints().trim()}`)
    const isThere = await fetch(`http://127.0.0.1:${port}/health/live`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isThere) return
    if (Date.now() > deadline) throw new Error(`a PoP does not answer after ${START_SECONDS} s: ${complaints().trim()}`)
  }
}

/** Two at once: one that was given back may be given out again. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')))
  // They listen on TCP.
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  const ports: [number, number] = [portOf(servers[0]), portOf(servers[1])]
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
