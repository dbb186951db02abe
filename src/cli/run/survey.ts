import { allPrograms, isDatabaseNode, programs, type Program } from '../plan/components.ts'
import type { StatusRow } from '../plan/status.ts'
import type { StatePaths } from '../plan/paths.ts'
import type { Settings } from '../plan/settings.ts'
import { patroniCluster, type PatroniMember } from './probes.ts'
import { listProcesses, processTree, programOf, proportionalBytes, type Process } from '../../fleet/process-table.ts'
import { stackProcesses } from './processes.ts'
import { isHealthy, nodeRoles, patroniPort } from './stack.ts'
import { supervisorPid } from './state.ts'
import { createNativeFleet } from '../../fleet/native-fleet.ts'
import { createSupervisor } from '../../fleet/supervisor.ts'
import { findUser } from './user.ts'

export interface Survey {
  rows: StatusRow[]
  members: PatroniMember[]
  isSupervised: boolean
  /** App servers that the load balancer sends requests to. */
  inRotation: number
  /** Processes of the stack that belong to no supervised program. */
  orphans: Process[]
}

/** Looks at every process of the stack, supervised or not. Each probe ends within two seconds. */
export async function survey(settings: Settings, paths: StatePaths): Promise<Survey> {
  const supervisor = supervisorPid(paths)
  const supervised = supervisor === null ? null : await createSupervisor(paths.supervisorSocket).processes()
  const all = listProcesses()
  const ofStack = stackProcesses(settings.stateDir, findUser(settings.user)?.uid ?? null, supervisor)
  const byName = new Map((supervised ?? []).filter((each) => each.pid > 0).map((each) => [each.name, each.pid]))
  const wanted = new Set(programs(settings.apps, settings.pops).map((each) => each.name))
  const shown = allPrograms().filter((each) => wanted.has(each.name) || byName.has(each.name))
  const roles = ofStack.length > 0 ? await nodeRoles(settings) : []
  const claimed = new Set<number>(supervisor === null ? [] : [supervisor])

  // A postmaster is no child of its Patroni, so that what runs under a program's name counts too.
  const named = new Map<string, Process[]>()
  for (const each of ofStack) {
    const name = programOf(each.pid)
    if (name !== null) named.set(name, [...(named.get(name) ?? []), each])
  }
  const rows = await Promise.all(
    shown.map(async (program) => {
      const roots = [
        ...new Set([
          ...(byName.has(program.name) ? [byName.get(program.name) ?? 0] : []),
          ...(named.get(program.name) ?? []).map((each) => each.pid),
        ]),
      ]
      const tree = [...new Map(roots.flatMap((pid) => processTree(pid, all)).map((each) => [each.pid, each])).values()]
      const main = mainProcess(program, tree, byName.get(program.name) ?? null)
      if (byName.has(program.name)) for (const each of tree) claimed.add(each.pid)
      const isFrozen = main !== null && (main.state === 'T' || main.state === 't')
      return {
        component: program.component,
        name: program.name,
        role: isDatabaseNode(program.name) ? (roles.find((each) => each.node === program.name)?.role ?? null) : null,
        pid: main?.pid ?? null,
        port: program.basePort === null ? null : program.basePort + settings.portOffset,
        healthy: main !== null && !isFrozen && byName.has(program.name) && (await isHealthy(program, settings, paths)),
        memoryBytes: proportionalBytes(tree.map((each) => each.pid)),
      }
    }),
  )
  const supervisorRow: StatusRow = {
    component: 'supervisor',
    name: 'supervisord',
    role: null,
    pid: supervisor,
    port: null,
    healthy: supervised !== null,
    memoryBytes: supervisor === null ? 0 : proportionalBytes([supervisor]),
  }
  const primary = roles.find((each) => each.role === 'primary')?.node
  const members = primary === undefined ? null : await patroniCluster(patroniPort(settings, primary))
  return {
    rows: [supervisorRow, ...rows],
    members: members ?? [],
    isSupervised: supervised !== null,
    inRotation: supervised === null ? 0 : await countInRotation(settings.stateDir),
    orphans: ofStack.filter((each) => !claimed.has(each.pid)),
  }
}

async function countInRotation(stateDirectory: string): Promise<number> {
  const members = await createNativeFleet({ stateDirectory })
    .list()
    .catch(() => [])
  return members.filter((each) => each.inRotation).length
}

/** For a database node its postmaster, for the rest what the supervisor started. */
function mainProcess(program: Program, tree: readonly Process[], supervisedPid: number | null): Process | null {
  const parents = new Set(tree.filter((each) => each.command === 'postgres').map((each) => each.pid))
  const postmaster = tree.find((each) => each.command === 'postgres' && !parents.has(each.parent))
  if (program.component === 'postgres') return postmaster ?? null
  return tree.find((each) => each.pid === supervisedPid) ?? tree[0] ?? null
}
