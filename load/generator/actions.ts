import type { Client } from 'undici'
import type { CommentPage, PhotoCard, PhotoPage } from '../../src/contract/photos.ts'
import type { Person } from './people.ts'

/** What people do. `image` goes to the edge, the rest to the load balancer. */
export type Action =
  'feed' | 'image' | 'profile' | 'photo' | 'explore' | 'search' | 'like' | 'comment' | 'follow' | 'upload'

export interface Outcome {
  /** Null when the answer was what it should be; else why not, in few words that repeat. */
  failure: string | null
  status: number
  bytes: number
  /** RFC 9211, as the tier nearest to us added it. */
  cacheStatus: string
}

export interface World {
  usernames: readonly string[]
  photoIds: readonly string[]
  /** A picture to upload, another at each call. */
  picture: () => Uint8Array
  random: () => number
}

export const REQUEST_TIMEOUT_MS = 10_000

/** Does it, checks the answer, and remembers what a browser would. Never rejects. */
export async function act(action: Action, person: Person, world: World): Promise<Outcome> {
  try {
    return await ACTIONS[action](person, world)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { failure: code, status: 0, bytes: 0, cacheStatus: '' }
  }
}

const ACTIONS: Readonly<Record<Action, (person: Person, world: World) => Promise<Outcome>>> = {
  async feed(person) {
    const { outcome, text } = await call(person.lb, 'GET', '/api/feed', person.token)
    if (outcome.failure) return outcome
    // The contract's answer; what is read from it is checked below.
    const page = JSON.parse(text) as PhotoPage
    if (!Array.isArray(page.items) || !Array.isArray(page.viewer.liked))
      return { ...outcome, failure: 'feed: wrong shape' }
    remember(person, page.items)
    return outcome
  },
  async image(person, world) {
    const path = pick(person.images, world)
    if (path === undefined) return ACTIONS.feed(person, world)
    const { outcome } = await call(person.edge, 'GET', path, null)
    return outcome.failure === null && outcome.bytes < 100 ? { ...outcome, failure: 'image: no picture' } : outcome
  },
  async profile(person, world) {
    const username = pick(world.usernames, world) ?? person.username
    const { outcome, text } = await call(person.lb, 'GET', `/api/accounts/${username}`, person.token)
    return shaped(outcome, text.includes(`"username":"${username}"`), 'profile: wrong person')
  },
  async photo(person, world) {
    const id = pick(person.photos, world) ?? pick(world.photoIds, world)
    const { outcome, text } = await call(person.lb, 'GET', `/api/photos/${id}`, person.token)
    return shaped(outcome, text.includes(`"id":"${id}"`), 'photo: wrong photo')
  },
  async explore(person) {
    const { outcome, text } = await call(person.lb, 'GET', '/api/explore', person.token)
    return shaped(outcome, text.startsWith('{"items":['), 'explore: wrong shape')
  },
  async search(person, world) {
    const prefix = (pick(world.usernames, world) ?? 'an').slice(0, 3)
    const { outcome, text } = await call(
      person.lb,
      'GET',
      `/api/search/accounts?q=${encodeURIComponent(prefix)}`,
      person.token,
    )
    return shaped(outcome, text.startsWith('{"items":['), 'search: wrong shape')
  },
  async like(person, world) {
    const id = pick(person.photos, world) ?? pick(world.photoIds, world)
    const isLike = world.random() < 0.7
    const { outcome, text } = await call(person.lb, isLike ? 'PUT' : 'DELETE', `/api/photos/${id}/like`, person.token)
    return shaped(outcome, text.includes(`"liked":${isLike}`), 'like: not what was asked')
  },
  /** Says something, and looks whether it stands there: a person sees their own writes. */
  async comment(person, world) {
    const id = pick(person.photos, world) ?? pick(world.photoIds, world)
    const text = `Seen ${Math.floor(world.random() * 1e9)}`
    const posted = await call(person.lb, 'POST', `/api/photos/${id}/comments`, person.token, JSON.stringify({ text }))
    if (posted.outcome.failure) return posted.outcome
    const list = await call(person.lb, 'GET', `/api/photos/${id}/comments`, person.token)
    if (list.outcome.failure) return list.outcome
    const { items } = JSON.parse(list.text) as CommentPage
    return shaped(
      posted.outcome,
      items.some((item) => item.text === text),
      'comment: own write not there',
    )
  },
  async follow(person, world) {
    const username = pick(world.usernames, world)
    if (username === undefined || username === person.username) return ACTIONS.feed(person, world)
    const { outcome, text } = await call(person.lb, 'PUT', `/api/accounts/${username}/follow`, person.token)
    return shaped(outcome, text.includes('"follows":true'), 'follow: not what was asked')
  },
  async upload(person, world) {
    const form = multipart(world.picture())
    const { outcome, text } = await call(person.lb, 'POST', '/api/photos', person.token, form.body, form.contentType)
    return shaped(outcome, text.includes('"status":"processing"'), 'upload: wrong shape')
  },
}

function shaped(outcome: Outcome, isRight: boolean, failure: string): Outcome {
  return outcome.failure === null && !isRight ? { ...outcome, failure } : outcome
}

function pick<Item>(items: readonly Item[], world: World): Item | undefined {
  return items[Math.floor(world.random() * items.length)]
}

function remember(person: Person, cards: readonly PhotoCard[]): void {
  person.photos = cards.map(({ id }) => id)
  person.images = cards.flatMap(
    ({ renditions }) => renditions.find(({ width, format }) => width === 640 && format === 'webp')?.path ?? [],
  )
}

async function call(
  client: Client,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  token: string | null,
  body?: string | Buffer,
  contentType = 'application/json',
) {
  const answer = await client.request({
    method,
    path,
    body: body ?? null,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': contentType }),
    },
  })
  const { statusCode, headers } = answer
  const bytes = Buffer.from(await answer.body.arrayBuffer())
  const outcome: Outcome = {
    failure: statusCode >= 200 && statusCode < 300 ? null : `${statusCode}`,
    status: statusCode,
    bytes: bytes.length,
    cacheStatus: String(headers['cache-status'] ?? ''),
  }
  return { outcome, text: token === null ? '' : bytes.toString('utf8') }
}

const BOUNDARY = 'minigram-load-boundary'

function multipart(picture: Uint8Array): { body: Buffer; contentType: string } {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="load.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`
  return {
    body: Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
  }
}
