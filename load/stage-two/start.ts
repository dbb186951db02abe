import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface StageTwo extends AsyncDisposable {
  pid: number
  port: number
}

const START_MS = 60_000
const STOP_MS = 10_000

/** Starts the one app server of Stage 2 beside the stack, on a free port of loopback, with the memory that app servers have. */
export async function startStageTwo(primary: string): Promise<StageTwo> {
  const child = spawn(process.execPath, ['--max-old-space-size=256', join(import.meta.dirname, 'server.ts'), primary], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)))
  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    if (child.exitCode === null && child.signalCode === null) await exited
    clearTimeout(timer)
  }
  const portSaid = () => Number(/^port (\d+)$/m.exec(said)?.[1] ?? 0)
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  for (const deadline = Date.now() + START_MS; portSaid() === 0 && !hasEnded() && Date.now() < deadline;)
    await sleep(50)
  const port = portSaid()
  if (port === 0 || child.pid === undefined) {
    await stop()
    throw new Error(
      `the app server of Stage 2 does not start: ${/^\w*Error: .*/m.exec(said)?.[0] ?? `no port after ${START_MS / 1_000} s`}`,
    )
  }
  return { pid: child.pid, port, [Symbol.asyncDispose]: stop }
}
