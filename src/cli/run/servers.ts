import type { Context } from '../context.ts'
import { allPrograms, programs, type Program } from '../plan/components.ts'
import { popPorts } from '../../platform/ports.ts'
import { stackEnvironment } from '../plan/environment.ts'
import { fingerprints, planRestarts } from '../plan/restarts.ts'
import type { Steps } from '../steps.ts'
import { execOrFail } from './exec.ts'
import { type Cluster, waitForCluster, waitForPrograms, waitForSlots } from './health.ts'
import { interruption } from './interruption.ts'
import { hashesOf, type Release } from './release.ts'
import { findPrimary } from './stack.ts'
import { readJson, supervisorPid, writeWhole } from './state.ts'
import { createSupervisor, isAlive } from '../../fleet/supervisor.ts'
import {
  orphans,
  sameEnvironment,
  startSupervisor,
  stopSteps,
  supervisorEnvironment,
  sweepOrphans,
} from './supervision.ts'
import { findUser } from './user.ts'

type Place = Pick<Context, 'settings' | 'paths'>

/** Seconds within which each part is healthy on a slow machine, first start included. */
const DEADLINES = { etcd: 30, postgres: 120, redis: 20, migrate: 120, app: 60, slots: 20, other: 30 } as const

/** Brings the stack from whatever state it is in to `release`, all healthy. */
export async function bringUp(place: Place, steps: Steps, release: Release): Promise<void> {
  const { settings, paths } = place
  const environment = stackEnvironment({ ...settings, nodeBinary: release.nodeBinary })
  const wanted = programs(settings.apps, settings.pops)
  const target = fingerprints(wanted, release.hashes)
  const started = { ...((readJson(paths.startedPrograms) ?? {}) as Record<string, string>) } // @NOTE written below alone
  const supervisor = createSupervisor(paths.supervisorSocket)

  await steps.run(
    'supervisor',
    async () => ensureSupervisor(place, environment),
    (detail) => detail,
  )
  const isNew = !(await hasStarted(place))
  if (isNew) for (const name of Object.keys(started)) delete started[name]
  const renewed = new Set(await supervisor.reread())
  for (const name of renewed) delete started[name]

  const processes = (await supervisor.processes()) ?? []
  const running = processes.map((each) => ({ name: each.name, isRunning: isAlive(each) }))
  // What supervisord has just started by itself runs the current release; an app server that somebody else started may not.
  for (const each of processes)
    if (isAlive(each) && started[each.name] === undefined && (isNew || renewed.has(each.group)))
      started[each.name] = target[each.name] ?? ''
  const plan = planRestarts(running, wanted, started, target, await findPrimary(settings))
  const byName = new Map(wanted.map((each) => [each.name, each]))
  const isServer = (name: string): boolean => !['app', 'worker', 'watcher'].includes(byName.get(name)?.component ?? '')

  async function start(names: readonly string[]): Promise<void> {
    await Promise.all(names.map(async (name) => supervisor.start(name)))
    remember(names)
  }
  async function restart(names: readonly string[]): Promise<void> {
    for (const name of names) {
      interruption.throwIfAborted()
      await supervisor.stop([name], 20)
      await start([name])
      const one = wanted.filter((each) => each.name === name)
      if (one[0]?.component === 'postgres') await waitForCluster(place, DEADLINES.postgres)
      else await waitForPrograms(place, one, DEADLINES.app)
      if (one[0]?.component === 'app') await waitForSlots(place, one, DEADLINES.slots)
    }
  }
  function remember(names: readonly string[]): void {
    for (const name of names) started[name] = target[name] ?? ''
    writeWhole(paths.startedPrograms, JSON.stringify(started), 0o644)
  }
  const those = (component: Program['component']): Program[] => wanted.filter((each) => each.component === component)
  async function healthy(component: Program['component'], deadlineSeconds: number, detail: string): Promise<void> {
    const names = new Set(those(component).map((each) => each.name))
    await steps.run(
      component,
      async () => {
        await restart(plan.restart.filter((name) => names.has(name)))
        await waitForPrograms(place, those(component), deadlineSeconds)
      },
      () => detail,
    )
  }

  // A PoP is purged before it is filled, and until it has stopped.
  const runningPops = running.filter((each) => each.isRunning && each.name.startsWith('edge')).length
  writePurgeTargets(place, Math.max(settings.pops, runningPops))
  remember([])
  await start(plan.start.filter(isServer))
  await healthy('etcd', DEADLINES.etcd, '1 member')
  await steps.run(
    'postgres',
    async () => {
      await waitForCluster(place, DEADLINES.postgres)
      await restart(plan.restart.filter((name) => byName.get(name)?.component === 'postgres'))
      return waitForCluster(place, DEADLINES.postgres)
    },
    describeCluster,
  )
  await healthy('redis', DEADLINES.redis, 'main, cache')
  await steps.run(
    'migrate',
    async () => migrate(place, environment),
    (detail) => detail,
  )
  await start(plan.start.filter((name) => !isServer(name)))
  await supervisor.stop(plan.stop, 20)
  writePurgeTargets(place, settings.pops)
  await healthy('worker', DEADLINES.other, 'worker1')
  await healthy('watcher', DEADLINES.other, 'opens the slots of ready app servers')
  await healthy('app', DEADLINES.app, `${settings.apps} of ${settings.apps} ready`)
  await steps.run(
    'slots',
    async () => waitForSlots(place, those('app'), DEADLINES.slots),
    () => null,
  )
  await healthy('lb', DEADLINES.other, `port ${80 + settings.portOffset}`)
  const edgePorts = those('edge').map((each) => (each.basePort ?? 0) + settings.portOffset)
  await healthy('edge', DEADLINES.other, `${edgePorts.length === 1 ? 'port' : 'ports'} ${edgePorts.join(' ')}`)
  await healthy('prometheus', DEADLINES.other, `port ${9090 + settings.portOffset}`)
}

function writePurgeTargets({ paths, settings }: Place, pops: number): void {
  const targets = Array.from({ length: pops }, (_, index) => popPorts(index + 1, settings.portOffset).purge)
  writeWhole(paths.edgePurgeTargets, targets.map((port) => `http://127.0.0.1:${port}\n`).join(''), 0o644)
}

function describeCluster({ primary, replicas }: Cluster): string {
  return `primary ${primary.name}, replicas ${replicas
    .map((each) => each.name)
    .sort()
    .join(' ')}`
}

/** A supervisor with this environment; what an earlier one left without it is swept first. */
async function ensureSupervisor(place: Place, environment: Readonly<Record<string, string>>): Promise<string | null> {
  const { paths } = place
  const pid = supervisorPid(paths)
  const answers = pid !== null && (await createSupervisor(paths.supervisorSocket).processes()) !== null
  if (pid !== null && answers && sameEnvironment(supervisorEnvironment(pid), environment)) return null
  const why = pid === null ? null : answers ? 'restarted: its settings changed' : 'restarted: it did not answer'
  if (pid !== null) await takeDown(place)
  const swept = orphans(place).length === 0 ? 0 : await sweepOrphans(place)
  await startSupervisor(place, environment)
  return why ?? (swept === 0 ? 'started' : `started, ${swept} orphans of a killed one swept`)
}

/** Do the notes about started programs belong to the supervisor that runs now? They carry its pid. */
async function hasStarted({ paths }: Place): Promise<boolean> {
  const notes = readJson(`${paths.startedPrograms}.supervisor`)
  const pid = supervisorPid(paths)
  if (notes === pid) return true
  writeWhole(`${paths.startedPrograms}.supervisor`, JSON.stringify(pid), 0o644)
  return false
}

/** Notes that app servers `names` were started from the current release, so that the next `up` leaves them alone. */
export function noteStarted({ paths }: Place, names: readonly string[]): void {
  const target = fingerprints(
    allPrograms().filter((each) => names.includes(each.name)),
    hashesOf(paths.currentRelease),
  )
  writeWhole(
    paths.startedPrograms,
    JSON.stringify({ ...(readJson(paths.startedPrograms) as object | null), ...target }),
    0o644,
  )
}

async function migrate({ paths, settings }: Place, environment: Readonly<Record<string, string>>): Promise<string> {
  const owner = findUser(settings.user)
  const finished = await execOrFail('migrating', [environment.MINIGRAM_NODE ?? '', 'src/processes/migrate.ts'], {
    env: { ...environment, MINIGRAM_INSTANCE: 'migrate' },
    cwd: paths.currentRelease,
    timeoutSeconds: DEADLINES.migrate,
    ...owner,
  })
  return /"applied":\["/.test(finished.stdout) ? 'schema brought up to date' : 'schema is up to date'
}

/** Stops everything; what does not stop in order is swept. */
export async function takeDown(place: Place): Promise<void> {
  for (const { work } of await stopSteps(place)) await work().catch(() => undefined)
  await sweepOrphans(place)
}
