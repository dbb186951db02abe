import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '../cli-error.ts'
import { commandFor, type Context } from '../context.ts'
import type { Program } from '../plan/components.ts'
import { briefEnd } from '../plan/log-line.ts'
import { slotSocket } from '../plan/paths.ts'
import { interruption } from './interruption.ts'
import { patroniCluster, type PatroniMember } from './probes.ts'
import { isHealthy, patroniPort } from './stack.ts'
import { createSupervisor } from '../../fleet/supervisor.ts'

type Place = Pick<Context, 'settings' | 'paths'>

/** Asks `probe` until it answers something other than null. @throws CliError when `deadlineSeconds` have passed. */
export async function waitFor<Result>(
  what: string,
  deadlineSeconds: number,
  probe: () => Promise<Result | null>,
  onLate: () => CliError = () => new CliError(`${what} after ${deadlineSeconds} s`),
): Promise<Result> {
  const deadline = Date.now() + deadlineSeconds * 1000
  for (;;) {
    const result = await probe()
    if (result !== null) return result
    if (Date.now() > deadline) throw onLate()
    await sleep(100, undefined, { signal: interruption })
  }
}

/** So many processes of one program while it is waited for mean that waiting will not help. */
const RESTLESS_STARTS = 4

/** Waits until all of `programs` are healthy. Fails at once when the supervisor has given one up, with the end of its log. */
export async function waitForPrograms(
  place: Place,
  programs: readonly Program[],
  deadlineSeconds: number,
): Promise<void> {
  const supervisor = createSupervisor(place.paths.supervisorSocket)
  let waiting = [...programs]
  const pids = new Map<string, Set<number>>()
  await waitFor(
    `${programs.map((each) => each.name).join(', ')} not healthy`,
    deadlineSeconds,
    async () => {
      const healthy = await Promise.all(waiting.map(async (each) => isHealthy(each, place.settings, place.paths)))
      waiting = waiting.filter((_, index) => healthy[index] !== true)
      if (waiting.length === 0) return true
      const states = (await supervisor.processes()) ?? []
      const given = waiting.find((each) => states.some((state) => state.name === each.name && state.state === 'FATAL'))
      if (given) throw failure(place, given.name, 'does not start')
      for (const { name, pid } of states) if (pid > 0) pids.set(name, (pids.get(name) ?? new Set()).add(pid))
      const restless = waiting.find((each) => (pids.get(each.name)?.size ?? 0) >= RESTLESS_STARTS)
      if (restless) throw failure(place, restless.name, 'starts and ends again and again')
      return null
    },
    () => failure(place, waiting[0]?.name ?? '', `is not healthy after ${deadlineSeconds} s`),
  )
}

export function failure(place: Place, name: string, why: string): CliError {
  return new CliError(`${name} ${why}`, { next: commandFor(place, `logs ${name}`), detail: logEnd(place, name, 6) })
}

function logEnd(place: Place, name: string, count: number): string[] {
  const path = `${place.paths.log}/${name}.log`
  return existsSync(path) ? briefEnd(readFileSync(path, 'utf8').slice(-8000).replace(/^.*\n/, ''), count) : []
}

export interface Cluster {
  primary: PatroniMember
  replicas: PatroniMember[]
}

/** Waits for one primary and two replicas that stream from it. */
export async function waitForCluster(place: Place, deadlineSeconds: number): Promise<Cluster> {
  let seen: PatroniMember[] | null = null
  return waitFor(
    'postgres',
    deadlineSeconds,
    async () => {
      seen = (await patroniCluster(patroniPort(place.settings, 'pg1'))) ?? seen
      const primary = seen?.find((each) => each.role === 'primary' && each.state === 'running')
      // Patroni 3.0 calls a streaming replica `running`; 4 says which of the two it is.
      const replicas = (seen ?? []).filter(
        (each) => each.role === 'replica' && /^(streaming|running)$/.test(each.state),
      )
      return primary && replicas.length >= 2 ? { primary, replicas } : null
    },
    () => {
      const states = (seen ?? []).map((each) => `${each.name} ${each.role} ${each.state}`).join(', ')
      const lagging = ['pg1', 'pg2', 'pg3'].find((name) => !seen?.some((each) => each.name === name)) ?? 'pg1'
      return failure(
        place,
        lagging,
        `and its peers are no cluster after ${deadlineSeconds} s${states ? ` (${states})` : ''}`,
      )
    },
  )
}

/** Waits until the load balancer's slots of `programs` are open. */
export async function waitForSlots(place: Place, programs: readonly Program[], deadlineSeconds: number): Promise<void> {
  await waitFor(
    'slots',
    deadlineSeconds,
    async () => (programs.every((each) => existsSync(slotSocket(place.paths, each.slot ?? 0))) ? true : null),
    () => failure(place, 'watcher', `has not opened every slot after ${deadlineSeconds} s`),
  )
}
