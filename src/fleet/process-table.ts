import { readdirSync, readFileSync } from 'node:fs'

export interface Process {
  pid: number
  parent: number
  command: string
  state: string
  uid: number
}

/** A snapshot of the process table. A process that ends meanwhile is left out. */
export function listProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
}

function readProcess(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    const [state = '', parent = '0'] = stat.slice(end + 2).split(' ')
    const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '-1'
    return { pid, parent: Number(parent), command: stat.slice(stat.indexOf('(') + 1, end), state, uid: Number(uid) }
  } catch {
    return null
  }
}

export function isProcessAlive(pid: number): boolean {
  const found = readProcess(pid)
  return found !== null && found.state !== 'Z'
}

/** Stopped by a signal: it is there and does nothing. */
export function isFrozen(pid: number): boolean {
  const state = readProcess(pid)?.state
  return state === 'T' || state === 't'
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The program of ours that `pid` was started as (`pg1`), from the environment that supervisord gave it. */
export function programOf(pid: number): string | null {
  return /(?:^|\0)SUPERVISOR_PROCESS_NAME=([^\0]*)/.exec(readText(`/proc/${pid}/environ`))?.[1] ?? null
}

/** `pid` and all that descend from it. */
export function processTree(pid: number, all: readonly Process[]): Process[] {
  const children = all.filter((each) => each.parent === pid)
  return [...all.filter((each) => each.pid === pid), ...children.flatMap((child) => processTree(child.pid, all))]
}

/** Proportional memory of `pids`: shared pages count once over all who share them. Needs root for other users' processes. */
export function proportionalBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kibibytes = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/smaps_rollup`))?.[1]
    return sum + Number(kibibytes ?? 0) * 1024
  }, 0)
}

/** Sends `name`; a stopped process is woken so that it can answer. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
    if (name !== 'SIGKILL') process.kill(pid, 'SIGCONT')
  } catch {
    // @NOTE it has ended by itself, which is what was wanted
  }
}
