import { readdirSync, readFileSync } from 'node:fs'

/** Of `ticks`: USER_HZ, 100 on every Linux that we know. */
export const TICKS_PER_SECOND = 100

export interface ProcessStat {
  pid: number
  parent: number
  command: string
  state: string
  /** User and system time. */
  ticks: number
  /** Of its children that have ended. */
  endedChildrenTicks: number
}

export interface Process extends ProcessStat {
  uid: number
}

/** A snapshot of the process table. A process that ends meanwhile is left out. */
export function listProcesses(): Process[] {
  return listPids().flatMap((pid) => readProcess(pid) ?? [])
}

/** The same without whose they are, by one read each. */
export function listStats(): ProcessStat[] {
  return listPids().flatMap((pid) => readStat(pid) ?? [])
}

function listPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function readProcess(pid: number): Process | null {
  const stat = readStat(pid)
  return stat && { ...stat, uid: Number(/^Uid:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? '-1') }
}

/** Null for one that has ended. */
export function readStat(pid: number): ProcessStat | null {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === '') return null
  const end = stat.lastIndexOf(')')
  const fields = stat.slice(end + 2).split(' ')
  // proc(5) counts from 1, and this begins with 3: state, 4 parent, 14 utime, 15 stime, 16 cutime, 17 cstime.
  const at = (number: number) => Number(fields[number - 3] ?? 0)
  return {
    pid,
    parent: at(4),
    command: stat.slice(stat.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    ticks: at(14) + at(15),
    endedChildrenTicks: at(16) + at(17),
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
