import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { listProcesses, type Process, readText, signal } from '../../fleet/process-table.ts'

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Does `each` belong to the stack in `stateDir`? NGINX and Redis overwrite their environment with their title, so that
 *  what a process of the service user has open, stands in or names counts as well. */
function isOfStack(each: Process, stateDir: string, serviceUid: number | null): boolean {
  const environ = readText(`/proc/${each.pid}/environ`)
  if (`\0${environ}\0`.includes(`\0SUPERVISOR_SERVER_URL=unix://${stateDir}/run/supervisor.sock\0`)) return true
  if (serviceUid === null || each.uid !== serviceUid) return false
  const inState = (path: string): boolean => path === stateDir || path.startsWith(`${stateDir}/`)
  if (inState(readLink(`/proc/${each.pid}/cwd`))) return true
  if (readText(`/proc/${each.pid}/cmdline`).includes(`${stateDir}/`)) return true
  try {
    return readdirSync(`/proc/${each.pid}/fd`).some((fd) => inState(readLink(`/proc/${each.pid}/fd/${fd}`)))
  } catch {
    return false
  }
}

/** All processes of the stack and their descendants, the supervisor itself and the caller's own line left out. */
export function stackProcesses(stateDir: string, serviceUid: number | null, supervisorPid: number | null): Process[] {
  const all = listProcesses().filter((each) => each.state !== 'Z')
  const own = new Set(ancestors(process.pid, all))
  const found = new Set(all.filter((each) => isOfStack(each, stateDir, serviceUid)).map((each) => each.pid))
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const each of all) if (found.has(each.parent)) found.add(each.pid)
  }
  return all.filter((each) => found.has(each.pid) && !own.has(each.pid) && each.pid !== supervisorPid)
}

function ancestors(pid: number, all: readonly Process[]): number[] {
  const line: number[] = []
  for (let at = pid; at > 1 && !line.includes(at);) {
    line.push(at)
    at = all.find((each) => each.pid === at)?.parent ?? 0
  }
  return line
}

/** Ends what a killed supervisor left: a polite signal first, databases by their fast shutdown, then by force.
 *  @returns the names of the processes that it found. */
export async function sweep(find: () => Process[], politeSeconds: number): Promise<string[]> {
  const found = find()
  const ends: readonly { signal: NodeJS.Signals; seconds: number }[] = [
    { signal: 'SIGTERM', seconds: politeSeconds },
    { signal: 'SIGINT', seconds: politeSeconds },
    { signal: 'SIGKILL', seconds: 5 },
  ]
  for (const end of ends) {
    const left = find()
    if (left.length === 0) break
    const leftPids = new Set(left.map((each) => each.pid))
    // Children are their parent's to end, and PostgreSQL's own must not be killed one by one.
    const targets = end.signal === 'SIGKILL' ? left : left.filter((each) => !leftPids.has(each.parent))
    for (const each of targets) signal(each.pid, end.signal)
    const deadline = Date.now() + end.seconds * 1000
    while (find().length > 0 && Date.now() < deadline) await sleep(100)
  }
  return found.map((each) => each.command)
}

/** Listening TCP sockets of this network namespace: port → socket inodes. */
export function listeningSockets(): Map<number, Set<string>> {
  const sockets = new Map<number, Set<string>>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readText(file).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] !== '0A') continue
      const port = parseInt(fields[1]?.split(':')[1] ?? '0', 16)
      sockets.set(port, (sockets.get(port) ?? new Set()).add(fields[9] ?? ''))
    }
  }
  return sockets
}

/** Which process holds each of the socket inodes. Empty for other users' processes unless root. */
export function socketHolders(inodes: ReadonlySet<string>, all: readonly Process[]): Map<string, Process> {
  const holders = new Map<string, Process>()
  for (const each of all) {
    let descriptors: string[] = []
    try {
      descriptors = readdirSync(`/proc/${each.pid}/fd`)
    } catch {
      continue
    }
    for (const fd of descriptors) {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${each.pid}/fd/${fd}`))?.[1]
      if (inode !== undefined && inodes.has(inode) && !holders.has(inode)) holders.set(inode, each)
    }
  }
  return holders
}
