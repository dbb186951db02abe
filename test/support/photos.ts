import assert from 'node:assert/strict'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { newId, newMediaKey } from '../../src/platform/ids.ts'
import type { TestApp } from './app.ts'
import type { Answer, Person } from './person.ts'
import { jpeg } from './pictures.ts'

/** Uploads a picture and lets the worker finish it. */
export async function publishes(app: TestApp, person: Person, caption = ''): Promise<PhotoCard> {
  const answer = await person.uploads<PhotoCard>('/api/photos', await jpeg(caption), { fields: { caption } })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  await app.runJobs()
  return answer.body
}

/** Rows of photos without files, oldest first: enough for whatever only lists them. Returns their ids. */
export async function insertPhotos(
  app: TestApp,
  person: Person,
  count: number,
  status: 'ready' | 'processing' | 'failed' = 'ready',
): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => newId(Date.now() - count + index))
  await app.rows(
    `insert into photos (id, account_id, media_key, width, height, thumbhash, status, created_at)
     select photo.id, accounts.id, $3, 4, 3, 'AAAA', $4, now() - interval '1 minute' + nr * interval '1 millisecond'
     from unnest($1::uuid[]) with ordinality as photo (id, nr), accounts where username = $2`,
    [ids, person.username, newMediaKey(), status],
  )
  await app.rows('update accounts set photo_count = photo_count + $2 where username = $1', [person.username, count])
  return ids
}

/** Every id of a keyset list, walked to its end in pages of `limit`. */
export async function walk(person: Person, path: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const answer: Answer = await person.get(`${path}?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.ok(answer.body.items.length <= limit)
    ids.push(...answer.body.items.map((item: { id?: string; username: string }) => item.id ?? item.username))
    cursor = answer.body.nextCursor
  } while (cursor !== null)
  return ids
}

/** The same person with the rights of an operator, signed in anew. */
export async function asOperator(app: TestApp, person: Person): Promise<void> {
  await app.rows(`update accounts set role = 'operator' where username = $1`, [person.username])
}
