import { setTimeout as sleep } from 'node:timers/promises'
import { callRpc, RpcFault, type RpcValue } from './xmlrpc.ts'

export interface SupervisedProcess {
  name: string
  group: string
  state: string
  pid: number
  /** Seconds since 1970; 0 when it never ran. */
  startedAt: number
  spawnError: string
}

/** Fault numbers of supervisord's own XML-RPC interface (supervisor/xmlrpc.py). */
const NOT_RUNNING = 70
const ALREADY_STARTED = 60

export interface Supervisor {
  /** Null when no supervisor answers. */
  processes(): Promise<SupervisedProcess[] | null>
  start(name: string): Promise<void>
  /** Asks all of `names` at once and waits until each has stopped, at most `timeoutSeconds`. Names those that have not. */
  stop(names: readonly string[], timeoutSeconds: number): Promise<string[]>
  /** Reads the configuration again and replaces the groups that changed in it. */
  reread(): Promise<string[]>
  shutdown(): Promise<void>
}

export function createSupervisor(socketPath: string): Supervisor {
  async function call(method: string, ...parameters: (string | number | boolean)[]): Promise<RpcValue> {
    return callRpc(socketPath, `supervisor.${method}`, parameters)
  }
  async function processes(): Promise<SupervisedProcess[] | null> {
    try {
      const answer = await call('getAllProcessInfo')
      return Array.isArray(answer) ? answer.map(toProcess) : []
    } catch {
      return null
    }
  }
  async function fullNames(): Promise<Map<string, string>> {
    return new Map(((await processes()) ?? []).map((each) => [each.name, `${each.group}:${each.name}`]))
  }
  async function stop(names: readonly string[], timeoutSeconds: number): Promise<string[]> {
    const known = await fullNames()
    const asked = names.filter((name) => known.has(name))
    await Promise.all(
      asked.map(async (name) => ignoringFault(NOT_RUNNING, call('stopProcess', known.get(name) ?? name, false))),
    )
    const deadline = Date.now() + timeoutSeconds * 1000
    for (;;) {
      const still = ((await processes()) ?? []).filter((each) => asked.includes(each.name) && isAlive(each))
      if (still.length === 0 || Date.now() > deadline) return still.map((each) => each.name)
      await sleep(50)
    }
  }
  return {
    processes,
    stop,
    async start(name) {
      await ignoringFault(ALREADY_STARTED, call('startProcess', (await fullNames()).get(name) ?? name, false))
    },
    async reread() {
      const [[added, changed, removed] = []] = (await call('reloadConfig')) as string[][][] // @NOTE [[added, changed, removed]]
      for (const group of [...(changed ?? []), ...(removed ?? [])]) {
        await call('stopProcessGroup', group, true)
        await call('removeProcessGroup', group)
      }
      for (const group of [...(changed ?? []), ...(added ?? [])]) await call('addProcessGroup', group)
      return [...(added ?? []), ...(changed ?? []), ...(removed ?? [])]
    },
    async shutdown() {
      await call('shutdown')
    },
  }
}

/** Has a process now, whatever comes of it. */
export function isAlive(each: SupervisedProcess): boolean {
  return each.state === 'RUNNING' || each.state === 'STARTING' || each.state === 'STOPPING'
}

async function ignoringFault(code: number, call: Promise<RpcValue>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof RpcFault) || error.code !== code) throw error
  }
}

function toProcess(value: RpcValue): SupervisedProcess {
  const info = value as Record<string, string | number> // @NOTE getAllProcessInfo answers a list of flat structs
  return {
    name: String(info.name),
    group: String(info.group),
    state: String(info.statename),
    pid: Number(info.pid),
    startedAt: Number(info.start),
    spawnError: String(info.spawnerr ?? ''),
  }
}
