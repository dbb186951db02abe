import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { seedLarge } from '../../db/seeds/large/large.ts'
import type { Phase } from '../../db/seeds/seed.ts'
import { loadConfig } from '../../src/platform/config.ts'
import { startBench } from './bench-app.ts'
import type { Say } from './benchmark.ts'

/** One database node that holds the large set. */
export interface LargeSet extends AsyncDisposable {
  target: pg.ClientConfig
  /** `a replica of the running stack` */
  where: string
}

/** A throwaway server, filled: at scale 1 that takes most of the time. */
export async function makeLargeSet(scale: number, say: Say): Promise<LargeSet> {
  const bench = await startBench()
  try {
    const { config, log } = bench.app.services
    const [{ host, port } = { host: '', port: 0 }] = config.postgresNodes
    const target = { host, port, user: 'minigram_user', password: 'test', database: bench.app.database }
    const client = new pg.Client(target)
    await client.connect()
    const phase: Phase = (name, work) =>
      work((done, total) => say(`seeding ${name}, ${Math.floor((done / total) * 100)} %`))
    const { signal } = new AbortController()
    await seedLarge({ ...config, client, scale, pictures: 1, log, signal, phase })
    await client.end()
    return {
      target,
      where: 'one node of its own without replicas',
      [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
    }
  } catch (error) {
    await bench[Symbol.asyncDispose]()
    throw error
  }
}

const NO_STACK = new Error('no replica answers   try: ./minigram up, with the same MINIGRAM_STATE, or without --stack')

/** @throws Error with the next command to type when there is no stack, or no large set in it */
export async function findLargeSet(): Promise<LargeSet> {
  const { config, secrets } = loadConfig()
  // Only a state directory that `up` has made holds it.
  if (!existsSync(join(config.stateDirectory, 'secrets/postgres-app'))) throw NO_STACK
  for (const { name, host, port } of config.postgresNodes) {
    const target = { host, port, user: 'minigram_user', database: config.postgresDatabase }
    const client = new pg.Client({ ...target, password: secrets.get('postgres-app') })
    try {
      await client.connect()
      const { rows } = await client.query<{ is_replica: boolean; is_large: boolean }>(
        `select pg_is_in_recovery() as is_replica, exists (select from all_accounts where username = 'large_0') as is_large`,
      )
      if (!rows[0]?.is_replica) continue
      if (!rows[0].is_large)
        throw new Error('the running stack holds no large set   try: ./minigram seed --large, or without --stack')
      return {
        target: { ...target, password: secrets.get('postgres-app') },
        where: `${name}, a replica of the running stack`,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }
    } catch (error) {
      // A node that is down is passed by.
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) throw error
    } finally {
      await client.end()
    }
  }
  throw NO_STACK
}
