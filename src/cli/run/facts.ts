import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { statePaths } from '../plan/paths.ts'
import { plannedPorts } from '../plan/port-plan.ts'
import type { Facts, Listener } from '../plan/preflight.ts'
import type { Settings, SettingsProblem } from '../plan/settings.ts'
import { listProcesses } from '../../fleet/process-table.ts'
import { listeningSockets, socketHolders, stackProcesses } from './processes.ts'
import { stateDirKind, supervisorPid, unreachableDirectory } from './state.ts'
import { findUser } from './user.ts'

/** Looks at everything that `up` depends on and changes nothing. */
export function gatherFacts(settings: Settings, settingsProblems: readonly SettingsProblem[]): Facts {
  const paths = statePaths(settings.stateDir)
  const release = readOsRelease()
  const supervisor = supervisorPid(paths)
  const user = findUser(settings.user)
  return {
    architecture: process.arch,
    distribution: release.get('ID') ?? '',
    version: release.get('VERSION_ID') ?? '',
    isRoot: process.getuid?.() === 0,
    diskFreeBytes: freeBytes(settings.stateDir),
    memoryAvailableBytes: memoryAvailableBytes(),
    isStackRunning: supervisor !== null,
    listeners: listeners(settings, user?.uid ?? null, supervisor),
    unreachableDirectory: unreachableDirectory(settings.stateDir, user),
    stateDirKind: stateDirKind(paths),
    settingsProblems,
  }
}

export function readOsRelease(): Map<string, string> {
  const lines = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8').split('\n') : []
  return new Map(
    lines.map((line) => {
      const [name = '', value = ''] = line.split('=')
      return [name, value.replace(/^"|"$/g, '')]
    }),
  )
}

function freeBytes(path: string): number {
  let existing = path
  while (!existsSync(existing) && existing !== '/') existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  return bavail * bsize
}

function memoryAvailableBytes(): number {
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
  return Number(kibibytes ?? 0) * 1024
}

/** Every listening port; who holds it is looked up for the stack's own ports only, since that reads all of /proc. */
function listeners(settings: Settings, serviceUid: number | null, supervisor: number | null): Listener[] {
  const sockets = listeningSockets()
  const planned = new Set(plannedPorts(settings.portOffset, settings.pops).map((each) => each.port))
  const interesting = new Set([...sockets].flatMap(([port, inodes]) => (planned.has(port) ? [...inodes] : [])))
  if (interesting.size === 0)
    return [...sockets.keys()].map((port) => ({ port, pid: null, command: null, isOurs: false }))
  const all = listProcesses()
  const holders = socketHolders(interesting, all)
  const ours = new Set(stackProcesses(settings.stateDir, serviceUid, supervisor).map((each) => each.pid))
  return [...sockets].map(([port, inodes]) => {
    const holder = [...inodes].map((inode) => holders.get(inode)).find((each) => each !== undefined)
    return {
      port,
      pid: holder?.pid ?? null,
      command: holder?.command ?? null,
      isOurs: holder !== undefined && ours.has(holder.pid),
    }
  })
}
