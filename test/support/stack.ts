import { spawn } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { portOf } from '../../src/platform/ports.ts'
import { generatedPicture } from '../../src/features/media/generated-picture.ts'
import { createPerson, type Person } from './person.ts'

export const REPO_DIR = join(import.meta.dirname, '../..')

/** The stack that `./minigram test` started, or any other that MINIGRAM_STATE and MINIGRAM_PORT_OFFSET name. */
const state = process.env['MINIGRAM_STATE'] ?? '/var/lib/minigram'
const offset = Number(process.env['MINIGRAM_PORT_OFFSET'] ?? 0)

export const stack = {
  state,
  lb: `http://127.0.0.1:${portOf('lb', offset)}`,
  lbTls: `https://127.0.0.1:${portOf('lbTls', offset)}`,
  lbPurge: `http://127.0.0.1:${portOf('lbPurge', offset)}`,
  edge: `http://127.0.0.1:${portOf('edge', offset)}`,
  edgeTls: `https://127.0.0.1:${portOf('edgeTls', offset)}`,
  edgePurge: `http://127.0.0.1:${portOf('edgePurge', offset)}`,
  prometheus: `http://127.0.0.1:${portOf('prometheus', offset)}`,
  nginxStatus: `http://127.0.0.1:${portOf('nginxStatus', offset)}/nginx_status`,
}

export interface ComponentStatus {
  component: string
  name: string
  role: string | null
  pid: number | null
  port: number | null
  healthy: boolean
  memoryBytes: number
}

/** `./minigram` with these arguments, against the stack under test. */
export function minigram(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(REPO_DIR, 'minigram'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }))
  })
}

export async function components(): Promise<ComponentStatus[]> {
  return JSON.parse((await minigram('status', '--json')).stdout)
}

export async function component(name: string): Promise<ComponentStatus> {
  const found = (await components()).find((each) => each.name === name)
  if (!found) throw new Error(`status knows no ${name}`)
  return found
}

let addresses = 0
/** A loopback address nobody else in this run uses, so that each person has limits of their own. */
export function clientAddress(): string {
  addresses += 1
  // Each file of tests is a process: others' clients, before or at the same time, shall not pay for this one's.
  const [network, subnet] = [64 + (process.pid % 128), (process.pid >> 7) * 8 + Math.floor(addresses / 250)]
  return `127.${network}.${subnet % 256}.${1 + (addresses % 250)}`
}

/** GET from an address of its own. */
export async function get(url: string, localAddress = clientAddress(), headers: Record<string, string> = {}) {
  const dispatcher = new Agent({ localAddress, pipelining: 1 })
  try {
    const answer = await request(url, { dispatcher, headers })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  } finally {
    await dispatcher.close()
  }
}

/** A person who comes in through the load balancer from an address of their own. */
export async function newPerson(name: string): Promise<Person> {
  return createPerson(stack.lb, clientAddress()).signsUp(`${name}_${Date.now().toString(36)}`)
}

export { eventually } from './eventually.ts'

/** A real camera file where the shared photos are present, else one of our own making. */
export async function somePhoto(pattern = 'jpg-gps-DSCN0010.jpg', seed = 1): Promise<Buffer> {
  const directory = process.env['MINIGRAM_PHOTOS'] ?? join(REPO_DIR, '../shared/photos')
  const [file] = existsSync(directory) ? globSync(`camera/${pattern}`, { cwd: directory }) : []
  return file ? readFileSync(join(directory, file)) : generatedPicture(seed)
}

/** Requests one after the other until stopped; what failed is kept with its reason. */
export function keepAsking(url: string, parallel = 2): { stop: () => Promise<{ count: number; failures: string[] }> } {
  let isStopping = false
  let count = 0
  const failures: string[] = []
  const ask = async () => {
    const dispatcher = new Agent({ localAddress: clientAddress(), connections: 1 })
    while (!isStopping) {
      try {
        const answer = await request(url, { dispatcher })
        await answer.body.dump()
        if (answer.statusCode !== 200) failures.push(String(answer.statusCode))
      } catch (error) {
        failures.push(String(error))
      }
      count += 1
      // Five a second from each address stays under the limit of ten.
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await dispatcher.close()
  }
  const running = Array.from({ length: parallel }, ask)
  return {
    async stop() {
      isStopping = true
      await Promise.all(running)
      return { count, failures }
    },
  }
}
