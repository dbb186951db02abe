import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AppError } from '../../platform/errors.ts'

export interface Bounds {
  /** Struck when seen above this; what is allocated between two looks comes on top. */
  memoryBytes: number
  seconds: number
}

/** A decoder fills less than 10 MiB in between. */
const WATCH_EVERY_MS = 20

/** Kills the child when it takes more memory or time than it may. Dispose when the job is over. */
export function enforceBounds(child: ChildProcess, { memoryBytes, seconds }: Bounds) {
  let overrun: 'memory' | 'time' | undefined
  const stop = (reason: typeof overrun) => {
    overrun ??= reason
    child.kill('SIGKILL')
  }
  const deadline = setTimeout(stop, seconds * 1000, 'time')
  let peakBytes = 0
  const look = () => {
    const memory = readMemory(child.pid)
    peakBytes = Math.max(peakBytes, memory.peakBytes)
    return memory
  }
  const watch = setInterval(() => {
    if (look().residentBytes > memoryBytes) stop('memory')
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

/** What the person who sent the picture is told. */
export function overrunError(overrun: 'memory' | 'time' | undefined): AppError | undefined {
  if (overrun === 'time') return new AppError('media.too_slow', 'Make the picture smaller and try again.')
  if (overrun === undefined) return undefined
  return new AppError('media.too_many_pixels', 'This picture takes too much memory to decode. Make it smaller.')
}
