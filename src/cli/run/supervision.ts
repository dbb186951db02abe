import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '../cli-error.ts'
import { commandFor, type Context } from '../context.ts'
import { stopLevels } from '../plan/components.ts'
import { plannedPorts } from '../plan/port-plan.ts'
import { exec, lastLines } from './exec.ts'
import { interruption } from './interruption.ts'
import { isProcessAlive, type Process, signal } from '../../fleet/process-table.ts'
import { listeningSockets, stackProcesses, sweep } from './processes.ts'
import { findPrimary } from './stack.ts'
import { supervisorPid } from './state.ts'
import { createSupervisor } from '../../fleet/supervisor.ts'
import { psqlCommand, superuserEnvironment } from './psql.ts'
import { findUser } from './user.ts'

type Place = Pick<Context, 'settings' | 'paths'>

/** Starts supervisord as a daemon with exactly `environment`, and waits until it answers. */
export async function startSupervisor(place: Place, environment: Readonly<Record<string, string>>): Promise<void> {
  const { paths } = place
  const conf = `${paths.currentRelease}/deploy/native/supervisord.conf`
  rmSync(paths.supervisorPid, { force: true })
  const finished = await exec(['/usr/bin/supervisord', '-c', conf], { env: environment, cwd: '/', timeoutSeconds: 30 })
  if (finished.code !== 0) {
    throw new CliError(`supervisord does not start (exit code ${finished.code})`, {
      next: `tail ${paths.log}/supervisord.log`,
      detail: lastLines(finished.stderr + finished.stdout, 4),
    })
  }
  const supervisor = createSupervisor(paths.supervisorSocket)
  const deadline = Date.now() + 15_000
  while ((await supervisor.processes()) === null) {
    if (Date.now() > deadline)
      throw new CliError('supervisord does not answer', { next: `tail ${paths.log}/supervisord.log` })
    await sleep(50, undefined, { signal: interruption })
  }
}

/** The environment that the running supervisor was started with. */
export function supervisorEnvironment(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((entry) => entry !== '')
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
}

export function sameEnvironment(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

/** Processes of the stack that no supervisor looks after. */
export function orphans(place: Place): Process[] {
  return stackProcesses(place.settings.stateDir, findUser(place.settings.user)?.uid ?? null, supervisorPid(place.paths))
}

export interface StopStep {
  name: string
  work: () => Promise<string>
}

/** The stack's way down, step by step: public doors first, the primary last but for etcd, then the supervisor. */
export async function stopSteps(place: Place): Promise<StopStep[]> {
  const { paths, settings } = place
  const pid = supervisorPid(paths)
  const supervisor = createSupervisor(paths.supervisorSocket)
  const answers = pid !== null && (await supervisor.processes()) !== null
  const steps: StopStep[] = []
  if (answers) {
    const primary = await findPrimary(settings)
    for (const level of stopLevels(primary)) {
      steps.push({
        name: levelName(level),
        async work() {
          const running = ((await supervisor.processes()) ?? []).filter(
            (each) => level.includes(each.name) && each.pid > 0,
          )
          wakeFrozen(place)
          if (primary !== null && level.includes(primary)) await checkpoint(place)
          const late = await supervisor.stop(level, 20)
          if (late.length > 0)
            throw new CliError(`${late.join(', ')} did not stop`, { next: commandFor(place, 'status') })
          return running.length === 0 ? 'was not running' : `stopped ${running.map((each) => each.name).join(' ')}`
        },
      })
    }
  }
  if (pid !== null) {
    steps.push({
      name: 'supervisor',
      async work() {
        if (answers) await supervisor.shutdown()
        else signal(pid, 'SIGTERM')
        const deadline = Date.now() + 10_000
        while (isProcessAlive(pid) && Date.now() < deadline) await sleep(50)
        if (isProcessAlive(pid)) signal(pid, 'SIGKILL')
        while (isProcessAlive(pid) && Date.now() < deadline + 3000) await sleep(50)
        rmSync(paths.supervisorPid, { force: true })
        rmSync(paths.supervisorSocket, { force: true })
        return 'ended'
      },
    })
  }
  return steps
}

function levelName(level: readonly string[]): string {
  if (level.includes('lb')) return 'doors'
  if (level.includes('app1')) return 'programs'
  return level.includes('etcd') ? 'etcd' : 'primary'
}

/** A frozen process cannot answer the signal that stops it. */
function wakeFrozen(place: Place): void {
  for (const each of orphans(place)) if (each.state === 'T') signal(each.pid, 'SIGCONT')
}

/** Makes the primary's own checkpoint short; its shutdown does the rest either way. */
async function checkpoint(place: Place): Promise<void> {
  const primary = await findPrimary(place.settings)
  if (primary === null) return
  await exec([...psqlCommand(place.settings, primary, 'postgres', 'postgres'), '-qc', 'CHECKPOINT'], {
    env: superuserEnvironment(place.paths),
    timeoutSeconds: 8,
  })
}

/** Ends whatever is left of the stack. @returns how many processes that were. */
export async function sweepOrphans(place: Place): Promise<number> {
  const found = await sweep(() => orphans(place), 8)
  return found.length
}

/** What should be gone after `down`: processes and ports by name. */
export function leftovers(place: Place): string[] {
  const listening = listeningSockets()
  const processes = orphans(place).map((each) => `pid ${each.pid} ${each.command}`)
  const ports = plannedPorts(place.settings.portOffset, place.settings.pops).filter((each) => listening.has(each.port))
  return [...processes, ...ports.map((each) => `port ${each.port} (${each.name})`)]
}
