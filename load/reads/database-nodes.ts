import { setTimeout as sleep } from 'node:timers/promises'
import { listProcesses, programOf, readText } from '../../src/fleet/process-table.ts'
import { createSupervisor } from '../../src/fleet/supervisor.ts'
import { type PortName, portOf } from '../../src/platform/ports.ts'
import type { Postgres } from '../../src/platform/postgres.ts'

const STOP_SECONDS = 30
const START_SECONDS = 90
const LOOK_MS = 100
const PATRONI_PORTS: Readonly<Record<string, PortName>> = { pg1: 'patroni1', pg2: 'patroni2', pg3: 'patroni3' }

/** Database nodes of the stack, taken out and brought back by its supervisor; Patroni does the rest. */
export function databaseNodes(
  { stateDirectory, portOffset }: { stateDirectory: string; portOffset: number },
  postgres: Postgres,
) {
  const supervisor = createSupervisor(`${stateDirectory}/run/supervisor.sock`)
  const roleOf = (name: string) => postgres.nodes.find((node) => node.name === name)?.state.role
  async function isHealthy(name: string): Promise<boolean> {
    const port = portOf(PATRONI_PORTS[name] ?? 'patroni1', portOffset)
    return fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const deadline = Date.now() + START_SECONDS * 1_000; !(await condition()); await sleep(LOOK_MS))
      if (Date.now() > deadline) throw new Error(`${what} after ${START_SECONDS} s   try: ./minigram status`)
  }
  return {
    replicas: () => postgres.nodes.filter(({ state }) => state.role === 'replica').map(({ name }) => name),
    /** Resolves once it has ended and the read router knows. */
    async stop(name: string): Promise<void> {
      const late = await supervisor.stop([name], STOP_SECONDS)
      if (late.length > 0) throw new Error(`${name} has not ended after ${STOP_SECONDS} s`)
      await until(() => roleOf(name) === 'unknown', `${name} is still read from`)
    },
    /** Resolves once both the router and Patroni have it back as a replica. */
    async start(name: string): Promise<void> {
      await supervisor.start(name)
      await until(() => roleOf(name) === 'replica', `${name} is not back as a replica`)
      await until(() => isHealthy(name), `Patroni does not call ${name} healthy`)
    },
  }
}

/** Name → pid of each node's postmaster. It is no child of its Patroni, and known by the environment that it was given. */
export function postmasters(stateDirectory: string): Map<string, number> {
  const all = listProcesses()
  const servers = new Set(all.filter(({ command }) => command === 'postgres').map(({ pid }) => pid))
  const found = new Map<string, number>()
  for (const { pid, parent, command } of all) {
    if (command !== 'postgres' || servers.has(parent)) continue
    const name = isOfStack(pid, stateDirectory) ? programOf(pid) : null
    if (name !== null) found.set(name, pid)
  }
  return found
}

export function isOfStack(pid: number, stateDirectory: string): boolean {
  return readText(`/proc/${pid}/environ`).includes(`SUPERVISOR_SERVER_URL=unix://${stateDirectory}/`)
}
