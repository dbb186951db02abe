import { setTimeout as sleep } from 'node:timers/promises'
import type { TestApp } from './app.ts'

/** Longer than what was touched waits to be read again. */
const QUIET_MS = 400

/** How often these app servers asked a database node, once nothing goes on behind the scenes. */
export async function queriesOf(...apps: readonly TestApp[]): Promise<number> {
  for (let before = -1; ; await sleep(QUIET_MS)) {
    const now = await count(apps)
    if (now === before) return now
    before = now
  }
}

async function count(apps: readonly TestApp[]): Promise<number> {
  let sum = 0
  for (const app of apps) {
    const { values = [] } = (await app.services.metrics.registry.getSingleMetric('db_queries_total')?.get()) ?? {}
    for (const { value } of values) sum += value
  }
  return sum
}
