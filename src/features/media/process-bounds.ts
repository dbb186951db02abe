import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AppError } from '../../platform/errors.ts'

export interface Bounds {
  /** Struck when seen above this; what is allocated between two looks comes on top. */
  memoryBytes: number
  /** Of CPU time: on a busy machine a picture is not to blame for what it had to wait. */
  seconds: number
}

/** A process that uses no CPU does not end by CPU time. */
const WALL_FACTOR = 10
const TICKS_PER_SECOND = 100

/** A decoder fills less than 10 MiB in between. */
const WATCH_EVERY_MS = 20

/** Kills the child when it takes more memory or time than it may. Dispose when the job is over. */
export function enforceBounds(child: ChildProcess, { memoryBytes, seconds }: Bounds) {
  let overrun: 'memory' | 'time' | undefined
  const stop = (reason: typeof overrun) => {
    overrun ??= reason
    child.kill('SIGKILL')
  }
  const deadline = setTimeout(stop, seconds * WALL_FACTOR * 1_000, 'time')
  const cpuBefore = readCpuSeconds(child.pid)
  let peakBytes = 0
  const look = () => {
    const memory = readMemory(child.pid)
    peakBytes = Math.max(peakBytes, memory.peakBytes)
    return memory
  }
  const watch = setInterval(() => {
    if (look().residentBytes > memoryBytes) stop('memory')
    else if (readCpuSeconds(child.pid) - cpuBefore > seconds) stop('time')
  }, WATCH_EVERY_MS)
  return {
    look,
    overrun: () => overrun,
    /** The highest seen since the process started. */
    peakBytes: () => peakBytes,
    [Symbol.dispose]: () => {
      clearTimeout(deadline)
      clearInterval(watch)
    },
  }
}

/** Now and at its highest since the process started. Zeros for a process that is gone, and where there is no /proc. */
export function readMemory(pid: number | undefined): { residentBytes: number; peakBytes: number } {
  let status = ''
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    // Gone: nothing left to bound.
  }
  const bytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') }
}

/** User and system time of the process so far; 0 for one that is gone, and where there is no /proc. */
function readCpuSeconds(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc(5): 14 utime, 15 stime; the first after the name is 3, state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}

/** What the person who sent the picture is told. */
export function overrunError(overrun: 'memory' | 'time' | undefined): AppError | undefined {
  if (overrun === 'time') return new AppError('media.too_slow', 'Make the picture smaller and try again.')
  if (overrun === undefined) return undefined
  return new AppError('media.too_many_pixels', 'This picture takes too much memory to decode. Make it smaller.')
}
