import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import pg from 'pg'
import { seedLarge } from '../../db/seeds/large/large.ts'
import { sizesOf } from '../../db/seeds/large/sizes.ts'
import type { Phase } from '../../db/seeds/seed.ts'
import type { Tables } from '../../db/tables.ts'
import { HOT_QUERIES, type Subject } from '../../test/support/hot-queries.ts'
import { CLAIMS } from '../claims.ts'
import { startBench } from './bench-app.ts'
import type { Benchmark } from './main.ts'

/** Of each query, for somebody else each time. */
const CALLS = 400

/** The queries behind people's pages, on one node that holds the large set, alone and one after the other: claim D4. */
export const hotQueries: Benchmark = {
  name: 'hot-queries',
  about: 'how long the queries behind people’s pages take with a million photos',
  async run({ scale }) {
    await using bench = await startBench()
    const { config, log } = bench.app.services
    const [node] = config.postgresNodes
    const target = {
      host: node?.host,
      port: node?.port,
      user: 'minigram_user',
      password: 'test',
      database: bench.app.database,
    }
    const client = new pg.Client(target)
    await client.connect()
    await seedLarge({
      ...config,
      client,
      scale,
      pictures: 1,
      log,
      signal: new AbortController().signal,
      phase: toldPhase,
    })
    await client.end()
    const pool = new pg.Pool({ ...target, max: 1 })
    const sent: CompiledQuery[] = []
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), log: ({ query }) => void sent.push(query) })
    const subjects = await subjectsIn(bench.app.rows)

    const rows: string[][] = []
    const isMet: boolean[] = []
    for (const { name, run, indexes } of HOT_QUERIES) {
      const times: number[] = []
      for (const subject of subjects) {
        sent.length = 0
        const startedAt = performance.now()
        await run(db, subject)
        times.push(performance.now() - startedAt)
      }
      const [query] = sent
      const explained = await pool.query<{ 'QUERY PLAN': string }>(`explain ${query?.sql}`, [
        ...(query?.parameters ?? []),
      ])
      const plan = explained.rows.map((line) => line['QUERY PLAN']).join('\n')
      const usesThem = indexes.some((index) => plan.includes(index))
      times.sort((one, other) => one - other)
      const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0
      isMet.push(at(0.95) <= CLAIMS.D4.limit && usesThem)
      rows.push([
        name,
        at(0.5).toFixed(2),
        at(0.95).toFixed(2),
        at(1).toFixed(1),
        `≤ ${CLAIMS.D4.limit}`,
        `${indexes.join(' or ')}${usesThem ? '' : ' **not used**'}`,
      ])
    }
    await db.destroy()
    const { people, photos } = sizesOf(scale)
    const count = (number: number) => number.toLocaleString('en')
    return [
      {
        title: `Hot queries at ${count(photos)} photos and ${count(people)} people, ${CALLS} calls each`,
        columns: ['query', 'p50 ms', 'P95 ms', 'most ms', 'goal', 'index'],
        rows,
        isMet,
      },
    ]
  },
}

const toldPhase: Phase = async (name, work, describe) => {
  const startedAt = performance.now()
  const result = await work(() => undefined)
  process.stderr.write(`  ${name}: ${describe(result)}, ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`)
  return result
}

/** People as they come, half of them drawn by how many follow them: those are looked at most. */
async function subjectsIn(rows: Awaited<ReturnType<typeof startBench>>['app']['rows']): Promise<Subject[]> {
  const people = await rows<{ id: string }>(
    `(select id from accounts order by md5(id::text) limit $1) union all (select id from accounts order by follower_count desc limit $1)`,
    [CALLS / 2],
  )
  const photos = await rows<{ id: string }>('select id from photos order by md5(id::text) limit $1', [CALLS * 20])
  return people.map(({ id }, at) => {
    const page = photos.slice(at * 20, at * 20 + 20).map((photo) => photo.id)
    return { account: id, photo: page[0] ?? id, photos: page }
  })
}
