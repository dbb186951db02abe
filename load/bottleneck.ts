import type { AppUse } from './app-readings.ts'
import type { ResourceUse } from './resources.ts'
import type { GeneratorUse } from './scenario.ts'

export interface Evidence {
  cores: number
  use: ResourceUse
  apps: AppUse
  generator: GeneratorUse
  /** Of the requests that were answered. */
  p95Ms: number
}

export interface Bottleneck {
  resource: string
  /** The figures that say so. */
  because: string
}

/** A core, or the machine, that is used to this share has nothing left. */
const FULL = 0.93
/** One loop is one core; the rest is what the kernel needs beside it. */
const LOOP_FULL = 0.9
const DATABASE_SHARE = 0.5

/** Which resource gave way, by what was measured while it did. The first that is used up is it: what comes later waits for it. */
export function nameBottleneck({ cores, use, apps, generator, p95Ms }: Evidence): Bottleneck {
  const groups = byGroup(use)
  const list = [...groups]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 6)
    .map(([name, used]) => `${name} ${used.toFixed(2)}`)
    .join(', ')
  const busiestApp = Math.max(
    0,
    ...Object.entries(use.components).map(([name, { cores: used }]) => (/^app\d/.test(name) ? used : 0)),
  )
  const waits = `loop late by ${apps.loopDelayP99Ms.toFixed(0)} ms at P99, ${apps.queueMs.toFixed(0)} ms in the queue, ${apps.poolWaiting.toFixed(1)} queries waiting for a connection, ${apps.queryMs.toFixed(1)} ms a query`
  const found = (resource: string, because: string): Bottleneck => ({ resource, because: `${because}; ${waits}` })

  if (use.machineCores >= FULL * cores)
    return found('CPU of the machine', `${use.machineCores.toFixed(2)} of ${cores} cores in use: ${list}`)
  if (generator.isVoid) return found('the load generator', `late by ${generator.lateP99Ms.toFixed(0)} ms at P99`)
  if (busiestApp >= LOOP_FULL)
    return found(
      'event loop of the app servers',
      `the busiest uses ${busiestApp.toFixed(2)} of the one core it can: ${list}`,
    )
  if (apps.poolWaiting >= 1) return found('database connections', `CPU is left (${list})`)
  if (apps.queryMs >= p95Ms * DATABASE_SHARE) return found('database time', `CPU is left (${list})`)
  if (use.waitingCores >= 1 - FULL + 0.2) return found('disk', `${use.waitingCores.toFixed(2)} cores wait for it`)
  return found('none of those that are measured', `CPU ${use.machineCores.toFixed(2)} of ${cores} cores (${list})`)
}

/** app1 … app16 are `app`, pg1 … pg3 `pg`. What is not of this stack is `others`. */
function byGroup({ components, machineCores }: ResourceUse): Map<string, number> {
  const groups = new Map<string, number>()
  let ours = 0
  for (const [name, { cores }] of Object.entries(components)) {
    const group = name.replace(/\d+$/, '')
    groups.set(group, (groups.get(group) ?? 0) + cores)
    ours += cores
  }
  return groups.set('others', Math.max(0, machineCores - ours))
}
