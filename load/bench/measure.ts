import { spawn } from 'node:child_process'
import { listStats, readStat, TICKS_PER_SECOND } from '../../src/fleet/process-table.ts'
import { median } from '../quantiles.ts'
import type { Say } from './benchmark.ts'

/** What one round of a client against one address gave. */
export interface Round {
  requests: number
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  /** CPU of this process and of all servers that it started, without the client. */
  cpuMsPerRequest: number
}

const CONNECTIONS = 32
/** What NGINX adds to each request. */
const FROM_NGINX = ['-H', 'X-Request-Id: 5f0c0ddc7ab04d64a9a2bd9ab0d5a50b', '-H', 'X-Real-IP: 127.1.2.3']

/** One round of wrk. @throws when anything but 2xx and 3xx came back */
export async function wrk(url: string, token: string | null, seconds: number): Promise<Round> {
  const headers = [...FROM_NGINX, ...(token === null ? [] : ['-H', `Authorization: Bearer ${token}`])]
  const before = cpuMs()
  const text = await outputOf('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', ...headers, url])
  const cpu = cpuMs() - before
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`${url}: ${text}`)
  const requests = Number(/(\d+) requests in/.exec(text)?.[1])
  return {
    requests,
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p50Ms: milliseconds(/^ +50% +(\S+)/m.exec(text)?.[1]),
    p99Ms: milliseconds(/^ +99% +(\S+)/m.exec(text)?.[1]),
    cpuMsPerRequest: cpu / requests,
  }
}

/**
 * Rounds of both in turn, so that whatever else the machine does hits both alike. The ratio is the median of those of
 * neighbouring rounds: of throughput, and of CPU, which other work on the machine distorts less.
 */
export async function compare(
  ours: () => Promise<Round>,
  theirs: () => Promise<Round>,
  rounds: number,
  say: Say,
): Promise<{ ours: Round; theirs: Round; throughputRatio: number; cpuRatio: number }> {
  const pairs: [Round, Round][] = []
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`)
    const first = round % 2 === 0 ? await ours() : await theirs()
    const second = round % 2 === 0 ? await theirs() : await ours()
    pairs.push(round % 2 === 0 ? [first, second] : [second, first])
  }
  return {
    ours: middle(pairs.map(([one]) => one)),
    theirs: middle(pairs.map(([, other]) => other)),
    throughputRatio: median(pairs.map(([one, other]) => one.requestsPerSecond / other.requestsPerSecond)),
    cpuRatio: median(pairs.map(([one, other]) => one.cpuMsPerRequest / other.cpuMsPerRequest)),
  }
}

function middle(rounds: readonly Round[]): Round {
  const of = (name: keyof Round) => median(rounds.map((round) => round[name]))
  return {
    requests: of('requests'),
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMsPerRequest: of('cpuMsPerRequest'),
  }
}

function milliseconds(text = ''): number {
  const value = Number.parseFloat(text)
  if (text.endsWith('us')) return value / 1_000
  return text.endsWith('ms') ? value : value * 1_000
}

/** Of this process and its descendants, the ended ones too, but for wrk. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  const stats = new Map(listStats().map((stat) => [stat.pid, stat]))
  const isOurs = (pid: number): boolean => {
    const parent = stats.get(pid)?.parent
    return parent !== undefined && (parent === process.pid || isOurs(parent))
  }
  const ours = [...stats.values()].filter(({ pid, command }) => command !== 'wrk' && isOurs(pid))
  const ticks = ours.reduce((sum, each) => sum + each.ticks + each.endedChildrenTicks, 0)
  return (user + system) / 1_000 + (ticks / TICKS_PER_SECOND) * 1_000
}

/** CPU of children of this process that have ended. */
export function endedChildrenMs(): number {
  return ((readStat(process.pid)?.endedChildrenTicks ?? 0) / TICKS_PER_SECOND) * 1_000
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT' ? new Error(`${command} is not installed   try: apt-get install ${command}`) : error,
      ),
    )
    child.once('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}`))))
  })
}
