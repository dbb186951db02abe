import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync, crc32 } from 'node:zlib'
import type { PhotoCard, PhotoPage } from '../../contract/photos.ts'
import { renditionsOf } from '../../contract/picture-sources.ts'
import { CliError } from '../cli-error.ts'
import { interruption } from './interruption.ts'

export interface SmokeResult {
  photoReadyMs: number
}

interface Person {
  username: string
  password: string
  token: string
}

/** Where the stack answers. The edge secret makes us a trusted hop, which is not sent on to HTTPS. */
export interface Entrance {
  lb: string
  edge: string
  edgeSecret: string
}

/** One photo's way from one person to another, through the edge and the load balancer. Leaves nothing behind. */
export async function smokeTest(entrance: Entrance, deadlineSeconds = 30): Promise<SmokeResult> {
  const people: Person[] = []
  try {
    const author = await signUp(entrance, people)
    const follower = await signUp(entrance, people)
    await call(entrance, 'PUT', `/api/accounts/${author.username}/follow`, follower.token)
    const form = new FormData()
    form.append('caption', 'smoke test')
    form.append('altText', 'Colours that run from one corner to the other')
    form.append('file', new Blob([gradientPng(480, 360)], { type: 'image/png' }), 'smoke.png')
    const from = performance.now()
    const photo = (await (await call(entrance, 'POST', '/api/photos', author.token, form)).json()) as PhotoCard // @NOTE the contract's answer
    const card = await untilReady(entrance, follower, photo.id, deadlineSeconds)
    const photoReadyMs = performance.now() - from
    const path = renditionsOf(card)[0]?.path
    if (path === undefined)
      throw new CliError('the photo is ready but has no rendition', { next: './minigram logs worker1' })
    const picture = await request(entrance.edge, path, { edgeSecret: entrance.edgeSecret })
    if (picture.status !== 200 || !picture.headers.get('content-type')?.startsWith('image/'))
      throw new CliError(`the edge answered ${picture.status} for ${path}`, { next: './minigram logs edge1 lb' })
    await picture.arrayBuffer()
    return { photoReadyMs }
  } finally {
    await Promise.all(people.map(async (person) => removeAccount(entrance, person)))
  }
}

async function signUp(entrance: Entrance, people: Person[]): Promise<Person> {
  const username = `smoke_${randomBytes(6).toString('hex')}`
  const password = randomBytes(18).toString('base64url')
  const answer = await call(entrance, 'POST', '/api/accounts', null, { username, password, displayName: 'Smoke test' })
  const { token } = (await answer.json()) as { token: string } // @NOTE the contract's answer to clients without Sec-Fetch-Site
  const person = { username, password, token }
  people.push(person)
  return person
}

async function untilReady(
  entrance: Entrance,
  follower: Person,
  photoId: string,
  deadlineSeconds: number,
): Promise<PhotoCard> {
  const deadline = Date.now() + deadlineSeconds * 1000
  for (;;) {
    const page = (await (await call(entrance, 'GET', '/api/feed', follower.token)).json()) as PhotoPage // @NOTE the contract's answer
    const card = page.items.find((item) => item.id === photoId)
    if (card?.status === 'ready') return card
    if (card?.status === 'failed')
      throw new CliError('the worker could not render the photo', { next: './minigram logs worker1' })
    if (Date.now() > deadline) {
      const state = card ? `still ${card.status}` : 'not in the follower’s feed'
      throw new CliError(`the photo is ${state} after ${deadlineSeconds} s`, { next: './minigram logs worker1' })
    }
    await sleep(200, undefined, { signal: interruption })
  }
}

/** Also after a failure; what cannot be removed is said by the failure itself. */
async function removeAccount({ lb, edgeSecret }: Entrance, { token, password }: Person): Promise<void> {
  try {
    await request(lb, '/api/accounts/me', { method: 'DELETE', token, body: { password }, edgeSecret })
  } catch {
    return
  }
}

async function call(
  { lb, edgeSecret }: Entrance,
  method: string,
  path: string,
  token: string | null,
  body?: object,
): Promise<Response> {
  const answer = await request(lb, path, { method, token, body, edgeSecret })
  if (answer.ok) return answer
  const text = (await answer.text()).replace(/\s+/g, ' ').slice(0, 200)
  throw new CliError(`${method} ${path} answered ${answer.status}`, { next: './minigram logs app1 lb', detail: [text] })
}

interface Request {
  method?: string
  token?: string | null
  body?: object | undefined
  edgeSecret: string
}

async function request(
  origin: string,
  path: string,
  { method = 'GET', token, body, edgeSecret }: Request,
): Promise<Response> {
  const isForm = body instanceof FormData
  const headers = {
    'X-Edge-Secret': edgeSecret,
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(body && !isForm ? { 'Content-Type': 'application/json' } : {}),
  }
  try {
    const signal = AbortSignal.timeout(15_000)
    return await fetch(`${origin}${path}`, {
      method,
      headers,
      signal,
      body: isForm ? body : body ? JSON.stringify(body) : null,
    })
  } catch (error) {
    throw new CliError(`${method} ${origin}${path} got no answer`, { next: './minigram status', cause: error })
  }
}

/** A small RGB picture, so that the test needs no file. Random in one corner: two runs never send the same bytes. */
export function gradientPng(width: number, height: number): Buffer<ArrayBuffer> {
  const seed = randomBytes(1)[0] ?? 0
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows.set(
        [Math.round((255 * x) / width), Math.round((255 * y) / height), (seed + x) % 256],
        y * (1 + width * 3) + 1 + x * 3,
      )
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits, RGB, deflate, no filter set, not interlaced
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(8 + body.length)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), 4 + body.length)
  return framed
}
