import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { stackEnvironment } from '../src/cli/plan/environment.ts'
import { statePaths } from '../src/cli/plan/paths.ts'
import { readSettings } from '../src/cli/plan/settings.ts'
import { readStored } from '../src/cli/run/state.ts'

export const STRATEGIES = ['least_conn', 'round_robin', 'ip_hash', 'cookie'] as const
export type Strategy = (typeof STRATEGIES)[number]

/** NGINX's new workers are there, its old ones have closed their idle connections. */
const RELOAD_MS = 1_500

export interface LbStrategies extends AsyncDisposable {
  use: (strategy: Strategy) => Promise<void>
}

/** Changes by whom the load balancer's next request is taken, by a reload and for now only: disposed of, the stack's own setting is back. */
export function borrowLbStrategy(stateDirectory: string): LbStrategies {
  const { settings } = readSettings({ MINIGRAM_STATE: stateDirectory }, readStored(statePaths(stateDirectory)))
  const own = stackEnvironment({ ...settings, nodeBinary: process.execPath })
  const reload = async (environment: Record<string, string>) => {
    const script = `${own['MINIGRAM_RELEASE']}/deploy/lb/run`
    await promisify(execFile)('sh', [script], { env: { ...environment, LB_RELOAD: '1' } })
    await sleep(RELOAD_MS)
  }
  return {
    use: (strategy) => reload({ ...own, MINIGRAM_LB_STRATEGY: strategy }),
    [Symbol.asyncDispose]: () => reload(own),
  }
}
