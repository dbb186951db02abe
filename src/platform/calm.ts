import { readFileSync } from 'node:fs'

/** Of jobs that wait until the machine has cores to spare. */
export const CALM_FLAG = 'calm'
/** Of the last ten seconds, the share in which something waited for a core. Two cores that are used up show 88 to 94. */
const BUSY_PERCENT = 60
/** Even then one of them may begin this often: none waits for ever. */
const TRICKLE_MS = 10_000

/**
 * Which jobs are not to begin now, as graphile-worker asks: those of `CALM_FLAG` while others wait for cores. On a machine that
 * does not tell (no /proc/pressure) it is always calm.
 */
export function createCalm(readPressure: () => string = readCpuPressure, now: () => number = Date.now) {
  let letInAtMs = now()
  return (): string[] | null => {
    if (busyPercent(readPressure) < BUSY_PERCENT) return null
    if (now() - letInAtMs < TRICKLE_MS) return [CALM_FLAG]
    letInAtMs = now()
    return null
  }
}

/** https://docs.kernel.org/accounting/psi.html: `some avg10=4.86 avg60=…` */
function busyPercent(readPressure: () => string): number {
  try {
    return Number(/^some avg10=([\d.]+)/.exec(readPressure())?.[1] ?? 0)
  } catch {
    return 0
  }
}

function readCpuPressure(): string {
  return readFileSync('/proc/pressure/cpu', 'utf8')
}
