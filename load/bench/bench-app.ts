import type { TestContext } from 'node:test'
import { fastify } from 'fastify'
import { startApp, type TestApp } from '../../test/support/app.ts'
import type { Person } from '../../test/support/person.ts'
import { newId } from '../../src/platform/ids.ts'

/** An app server of this process on throwaway servers, without budgets per account. */
export interface Bench extends AsyncDisposable {
  app: TestApp
  /** A signed-up person and their id. */
  person(name: string): Promise<{ person: Person; id: string }>
  /** Accounts by SQL: nobody signs in to them. */
  accounts(count: number): Promise<string[]>
  /** `count` ready photos, one after the other by the given authors. */
  photos(authorIds: readonly string[], count: number): Promise<string[]>
  follows(followerIds: readonly string[], followeeIds: readonly string[]): Promise<void>
}

const NO_LIMITS = '1000000'

export async function startBench(environment: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const ends: (() => unknown)[] = []
  // `startApp` asks of a test's context only that it calls back at the end.
  const context = { after: (end: () => unknown) => void ends.push(end) } as unknown as TestContext
  const end = async () => {
    for (const each of ends.splice(0).toReversed()) await each()
  }
  const app = await startApp(context, {
    MINIGRAM_LIMIT_READS_PER_MINUTE: NO_LIMITS,
    MINIGRAM_LIMIT_WRITES_PER_MINUTE: NO_LIMITS,
    ...environment,
  }).catch(async (error: unknown) => {
    await end()
    throw error
  })
  return {
    app,
    async person(name) {
      const [person] = await app.people(name)
      const [row] = await app.rows<{ id: string }>('select id from accounts where username = $1', [person.username])
      return { person, id: row?.id ?? '' }
    },
    async accounts(count) {
      const ids = Array.from({ length: count }, () => newId())
      await app.rows(
        `insert into accounts (id, username, password_hash, display_name, avatar_key)
         select id, 'bench_' || substr(md5(id::text), 1, 16), '', 'Person of the bench', md5(id::text) from unnest($1::uuid[]) as id`,
        [ids],
      )
      return ids
    },
    async photos(authorIds, count) {
      const ids = Array.from({ length: count }, (_, index) => newId(Date.now() - (count - index) * 10))
      const authors = ids.map((_, index) => authorIds[index % authorIds.length])
      await app.rows(
        `insert into photos (id, account_id, media_key, width, height, thumbhash, status, caption, alt_text, like_count, has_avif)
         select id, author, md5(id::text), 4032, 3024, 'mkgGJYQIh4d3eIiAeIhwh3eIhw==', 'ready', 'A caption of ordinary length, with an ü and a date',
           'What can be seen in the picture, said in one sentence', 17, true
         from unnest($1::uuid[], $2::uuid[]) as photo (id, author)`,
        [ids, authors],
      )
      return ids
    },
    async follows(followerIds, followeeIds) {
      await app.rows(
        `insert into follows (follower_id, followee_id) select one, other from unnest($1::uuid[]) one, unnest($2::uuid[]) other
         where one <> other on conflict do nothing`,
        [followerIds, followeeIds],
      )
    },
    [Symbol.asyncDispose]: end,
  }
}

/** The same bytes as `url` answers, from a bare Fastify of the same process: what any framework of this kind could reach at best. */
export async function startReadyString(url: string, token: string | null): Promise<{ url: string } & AsyncDisposable> {
  const answer = await fetch(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } })
  const body = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${body}`)
  const bare = fastify({ logger: false })
  bare.get('/ready', (_request, reply) => reply.type('application/json; charset=utf-8').send(body))
  const origin = await bare.listen({ port: 0, host: '127.0.0.1' })
  return { url: `${origin}/ready`, [Symbol.asyncDispose]: () => bare.close() }
}
