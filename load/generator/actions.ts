import { randomUUID } from 'node:crypto'
import type { AccountPage, Profile } from '../../src/contract/accounts.ts'
import type { CommentPage, PhotoCard, PhotoDetail, PhotoPage } from '../../src/contract/photos.ts'
import type { Static } from 'typebox'
import type { Instance } from '../../src/contract/system.ts'
import { textOf, type Answer } from './answer-reader.ts'
import type { Ask, Browser } from './browser.ts'
import type { Recorder } from './recorder.ts'

/** What people do. `image` and `asset` go to the edge, the rest to the load balancer. */
export type Action =
  | 'feed'
  | 'image'
  | 'asset'
  | 'profile'
  | 'photo'
  | 'explore'
  | 'search'
  | 'like'
  | 'comment'
  | 'follow'
  | 'upload'
  | 'instance'

/** What there is to look at, and what to upload. Plain data: it goes to a thread. */
export interface World {
  usernames: readonly string[]
  photoIds: readonly string[]
  /** Hashed files of the pages. */
  assets: readonly string[]
  pictures: readonly Uint8Array[]
}

export interface Scene {
  world: World
  random: () => number
  /** For what was meant to begin then. */
  recorderAt: (sinceMs: number) => Recorder
  /** Ids of photos that were uploaded. */
  uploaded: { browser: Browser; id: string }[]
}

/** Reading an answer in full costs as much as all the rest of a request: one in so many is, of the others status, type and size are
 *  checked. */
const READ_IN_FULL_ONE_IN = 8
/** What a browser on a usual screen takes of a feed's photo. */
const IMAGE_WIDTH = 640

/** Does it, and remembers what a browser would. What went wrong is recorded. */
export function act(action: Action, browser: Browser, scene: Scene, sinceMs: number): Promise<unknown> {
  return ACTIONS[action](browser, scene, sinceMs)
}

type Act = (browser: Browser, scene: Scene, sinceMs: number) => Promise<unknown>

const ACTIONS: Readonly<Record<Action, Act>> = {
  feed: (browser, scene, sinceMs) =>
    read(
      browser,
      scene,
      { kind: 'feed', path: '/api/feed', sinceMs, isReadInFull: browser.photos.length === 0 },
      (text) => {
        const page = photoPage(text)
        if (page === null) return false
        browser.photos = page.items.map(({ id }) => id)
        browser.images = page.items.flatMap(imageOf)
        return true
      },
    ),
  image(browser, scene, sinceMs) {
    const path = pick(browser.images, scene)
    // Who has not seen a feed yet knows no photo.
    if (path === undefined) return ACTIONS.feed(browser, scene, sinceMs)
    return file(browser, sinceMs, 'image', path, (answer) => answer.contentType.startsWith('image/'))
  },
  async asset(browser, scene, sinceMs) {
    const path = pick(scene.world.assets, scene)
    if (path !== undefined) await file(browser, sinceMs, 'asset', path, () => true)
  },
  profile(browser, scene, sinceMs) {
    const username = pick(scene.world.usernames, scene) ?? browser.username
    const isRight = (text: string) => (JSON.parse(text) as Profile).username === username
    return read(browser, scene, { kind: 'profile', path: `/api/accounts/${username}`, sinceMs }, isRight)
  },
  photo(browser, scene, sinceMs) {
    const id = somePhoto(browser, scene)
    const isRight = (text: string) => (JSON.parse(text) as PhotoDetail).id === id
    return read(browser, scene, { kind: 'photo', path: `/api/photos/${id}`, sinceMs }, isRight)
  },
  explore: (browser, scene, sinceMs) =>
    read(browser, scene, { kind: 'explore', path: '/api/explore', sinceMs }, (text) => photoPage(text) !== null),
  search(browser, scene, sinceMs) {
    const words = (pick(scene.world.usernames, scene) ?? browser.username).slice(0, 3)
    const path = `/api/search/accounts?q=${encodeURIComponent(words)}`
    const isRight = (text: string) => Array.isArray((JSON.parse(text) as AccountPage).items)
    return read(browser, scene, { kind: 'search', path, sinceMs }, isRight)
  },
  async like(browser, scene, sinceMs) {
    const isLike = scene.random() < 0.7
    const [method, path] = [isLike ? 'PUT' : 'DELETE', `/api/photos/${somePhoto(browser, scene)}/like`] as const
    await state(browser, sinceMs, 'like', method, path, `"liked":${isLike}`)
  },
  /** Says something, and looks whether it stands there: a person sees their own writes. */
  async comment(browser, scene, sinceMs) {
    const path = `/api/photos/${somePhoto(browser, scene)}/comments`
    const text = `Seen ${Math.floor(scene.random() * 1e9)}`
    const body = Buffer.from(JSON.stringify({ text }))
    const posted = await post(browser, sinceMs, 'comment', path, body, 'application/json')
    if (posted === null) return
    const shows = (page: string) => (JSON.parse(page) as CommentPage).items.some((item) => item.text === text)
    await ownWrite(browser, scene, 'comment check', path, shows)
  },
  async follow(browser, scene, sinceMs) {
    const username = pick(scene.world.usernames, scene)
    if (username === undefined || username === browser.username) return ACTIONS.feed(browser, scene, sinceMs)
    return state(browser, sinceMs, 'follow', 'PUT', `/api/accounts/${username}/follow`, '"follows":true')
  },
  /** Next to nothing: what balancer and app servers take by themselves. */
  instance: (browser, scene, sinceMs) =>
    read(browser, scene, { kind: 'instance', path: '/api/instance', sinceMs }, (text) =>
      /^app\d+$/.test((JSON.parse(text) as Static<typeof Instance>).instance),
    ),
  async upload(browser, scene, sinceMs) {
    const { body, contentType } = multipart(pick(scene.world.pictures, scene) ?? new Uint8Array())
    const answer = await post(browser, sinceMs, 'upload', '/api/photos', body, contentType)
    if (answer === null) return
    const { id } = JSON.parse(textOf(answer)) as PhotoCard
    scene.uploaded.push({ browser, id })
    const shows = (text: string) => (JSON.parse(text) as PhotoDetail).id === id
    await ownWrite(browser, scene, 'upload check', `/api/photos/${id}`, shows)
  },
}

interface Reading {
  kind: string
  path: string
  sinceMs: number
  /** Otherwise one in `READ_IN_FULL_ONE_IN` is. */
  isReadInFull?: boolean
  complaint?: string
}

/** A GET whose answer is JSON; `isRight` sees those that are read in full. */
function read(
  browser: Browser,
  scene: Scene,
  { kind, path, sinceMs, isReadInFull = false, complaint = 'wrong shape' }: Reading,
  isRight: (text: string) => boolean,
): Promise<Answer | null> {
  const readsInFull = isReadInFull || scene.random() * READ_IN_FULL_ONE_IN < 1
  return browser.ask({
    kind,
    origin: 'lb',
    method: 'GET',
    path,
    keepsBody: readsInFull,
    expectedStatus: 200,
    sinceMs,
    check(answer) {
      if (!answer.contentType.startsWith('application/json') || answer.bodyBytes < 2) return 'wrong shape'
      if (!readsInFull) return null
      const text = textOf(answer)
      scene.recorderAt(sinceMs).noteText(answer.bodyBytes, Buffer.byteLength(text))
      return isRight(text) ? null : complaint
    },
  })
}

/** Looks whether what was just written is there. */
async function ownWrite(
  browser: Browser,
  scene: Scene,
  kind: string,
  path: string,
  shows: (text: string) => boolean,
): Promise<void> {
  const sinceMs = performance.now()
  const complaint = 'own write not there'
  const answer = await read(browser, scene, { kind, path, sinceMs, isReadInFull: true, complaint }, shows)
  if (answer !== null) scene.recorderAt(sinceMs).counts.ownWritesSeen += 1
}

/** PUT or DELETE of a state that the answer repeats. */
function state(
  browser: Browser,
  sinceMs: number,
  kind: string,
  method: 'PUT' | 'DELETE',
  path: string,
  says: string,
): Promise<Answer | null> {
  return browser.ask({
    kind,
    origin: 'lb',
    method,
    path,
    keepsBody: true,
    expectedStatus: 200,
    sinceMs,
    check: (answer) => (textOf(answer).includes(says) ? null : 'not what was asked'),
  })
}

function post(
  browser: Browser,
  sinceMs: number,
  kind: string,
  path: string,
  body: Uint8Array,
  contentType: string,
): Promise<Answer | null> {
  const ask: Ask = {
    kind,
    origin: 'lb',
    method: 'POST',
    path,
    body,
    contentType,
    // Not of the seed: a second run's key would meet the answer that the service keeps of the first.
    idempotencyKey: randomUUID(),
    keepsBody: true,
    expectedStatus: 201,
    sinceMs,
    check: (answer) => (textOf(answer).startsWith('{"id":"') ? null : 'wrong shape'),
  }
  return browser.ask(ask)
}

/** A file from the edge. */
function file(
  browser: Browser,
  sinceMs: number,
  kind: string,
  path: string,
  isRight: (answer: Answer) => boolean,
): Promise<Answer | null> {
  return browser.ask({
    kind,
    isStatic: true,
    origin: 'edge',
    method: 'GET',
    path,
    keepsBody: false,
    expectedStatus: 200,
    sinceMs,
    check: (answer) => (answer.bodyBytes > 0 && isRight(answer) ? null : 'not the file'),
  })
}

/** Null where it is none. */
function photoPage(text: string): PhotoPage | null {
  const page = JSON.parse(text) as PhotoPage
  return Array.isArray(page.items) && Array.isArray(page.viewer.liked) ? page : null
}

/** What its browser fetches. */
export function imageOf({ renditions }: PhotoCard): string[] {
  return renditions === null ? [] : [`${renditions.path}/${IMAGE_WIDTH}.webp`]
}

function somePhoto(browser: Browser, scene: Scene): string | undefined {
  return pick(browser.photos, scene) ?? pick(scene.world.photoIds, scene)
}

function pick<Item>(items: readonly Item[], scene: Scene): Item | undefined {
  return items[Math.floor(scene.random() * items.length)]
}

const BOUNDARY = 'minigram-load-boundary'
const FORM_HEAD = Buffer.from(
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="load.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
)
const FORM_END = Buffer.from(`\r\n--${BOUNDARY}--\r\n`)

function multipart(picture: Uint8Array): { body: Buffer; contentType: string } {
  return {
    body: Buffer.concat([FORM_HEAD, picture, FORM_END]),
    contentType: `multipart/form-data; boundary=${BOUNDARY}`,
  }
}
