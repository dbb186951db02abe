import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { DESKTOP, PHONE, sharedBrowser, untilTrue, type VisitOptions } from '../support/browser.ts'
import { publishesPhoto, publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { eventually, newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let author: Person
let fan: Person
let photos: PhotoCard[]

before(async () => {
  author = await newPerson('fea')
  fan = await newPerson('fef')
  await fan.send('PUT', `/api/accounts/${author.username}/follow`)
  // wide enough for every rendition to be one of its own
  const wide = await publishesPhoto(author, 'first', { width: 1500, height: 1000 })
  photos = [wide, ...(await publishesPhotos(author, ['second', 'third', 'fourth', 'fifth']))]
})

const visit = (at: string, options: VisitOptions = {}) => browser.visit(stack.lb, { at, as: fan, ...options })
const photo = (index: number) => photos[index] ?? assert.fail(`no photo ${index}`)
const card = (page: Page, caption: string) => page.getByRole('article').filter({ hasText: caption })
const isShown = (image: string) => `(${image}).complete && (${image}).naturalWidth > 0`

test('the feed goes on as one scrolls, shows each photo once, and keeps its place when one comes back', async () => {
  const page = await visit('/robots.txt', { viewport: PHONE })
  let pages = 0
  await page.route('**/api/feed*', (route) => {
    pages += 1
    return route.continue({ url: withLimit(route, 2) })
  })
  await page.goto('/')
  await card(page, 'fifth').waitFor()
  const end = page.getByText('That is everything')
  await eventually('the end of the feed', 20_000, async () => {
    await page.mouse.wheel(0, 800)
    return (await end.isVisible()) || null
  })
  await end.scrollIntoViewIfNeeded()
  const captions = await page.getByRole('article').locator('p').allTextContents()
  assert.deepEqual(
    captions.filter((text) => photos.some(({ caption }) => caption === text)),
    photos.map(({ caption }) => caption).toReversed(),
  )
  assert.equal(pages, 3, 'two by two')
  const link = card(page, 'third').getByRole('link', { name: /just now|min/ })
  await link.scrollIntoViewIfNeeded()
  const before = await page.evaluate<number>('Math.round(scrollY)')
  assert.ok(before > 300)
  await link.click()
  await page.waitForURL(`**/photos/${photo(2).id}`)
  await untilTrue(page, 'scrollY === 0')
  await page.goBack()
  await untilTrue(page, `Math.abs(scrollY - ${before}) < 3`)
  assert.equal(pages, 3, 'nothing was asked again')
})

function withLimit(route: Route, limit: number): string {
  const url = new URL(route.request().url())
  url.searchParams.set('limit', String(limit))
  return url.href
}

test('new photos are offered, not pushed in, and time goes on', async () => {
  const page = await visit('/robots.txt')
  await page.clock.install()
  await page.goto('/')
  await page.getByRole('article').first().waitFor()
  photos.push(await publishesPhoto(author, 'sixth'))
  assert.equal(await card(page, 'sixth').count(), 0)
  const pill = page.getByRole('button', { name: '1 new photo' })
  // Longer than it looks for news, and again: a job brings it to the feed, which may not have run yet.
  await eventually('the page offers it', 60_000, async () => {
    await page.clock.fastForward('01:30')
    await page.waitForTimeout(500)
    return (await pill.isVisible()) || null
  })
  assert.equal(await card(page, 'sixth').count(), 0)
  await card(page, 'fifth')
    .getByRole('time')
    .filter({ hasText: /^\d+ min$/ })
    .waitFor()
  await pill.click()
  await card(page, 'sixth').waitFor()
  await pill.waitFor({ state: 'detached' })
})

test('two taps like a photo, one opens it', async () => {
  const page = await visit('/', { viewport: PHONE })
  const shown = card(page, 'fourth')
  const picture = shown.getByRole('link').filter({ has: page.getByRole('img') })
  let sent = 0
  page.on('request', (request) => (sent += Number(request.url().endsWith('/like'))))
  await picture.dblclick()
  await shown.getByRole('button', { name: 'Like, 1 like', pressed: true }).waitFor()
  await picture.dblclick()
  await shown.getByRole('button', { name: 'Like, 1 like', pressed: true }).waitFor()
  assert.equal(sent, 1, 'two taps never take a like back, and do not count twice')
  assert.equal(new URL(page.url()).pathname, '/')
  await shown.getByRole('button', { name: /^Like, / }).click()
  await shown.getByRole('button', { name: /^Like, /, pressed: false }).waitFor()
  await picture.click()
  await page.waitForURL(`**/photos/${photo(3).id}`)
})

/** The feed on a phone, none of its pictures there before `release`. */
async function withoutPictures(): Promise<{ page: Page; release: () => void }> {
  const page = await visit('/robots.txt', { viewport: PHONE })
  let release = () => undefined as void
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/media/**', async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/')
  return { page, release }
}

test('a picture has its colours and its size before its bytes, and moves nothing when they come', async () => {
  const { page, release } = await withoutPictures()
  const image = card(page, 'fifth').getByRole('img', { name: 'A colour that says fifth' })
  await image.waitFor({ state: 'attached' })
  const frame = image.locator('xpath=ancestor::div[1]')
  const before = await frame.boundingBox()
  await untilTrue(
    page,
    `[...document.querySelectorAll('article div')].some((frame) => frame.style.backgroundImage.startsWith('url("data:image/png'))`,
  )
  assert.match((await frame.getAttribute('style')) ?? '', /background-color: rgb\(/)
  release()
  await image.waitFor({ state: 'visible' })
  await untilTrue(page, isShown(`document.querySelector('img[alt="A colour that says fifth"]')`))
  assert.deepEqual(await frame.boundingBox(), before)
  assert.ok(before && before.height > 200, 'it took its room from the start')
})

test('a picture that one waits for comes softly, one that comes while the page moves is there at once', async () => {
  const shown = (fadeSeconds: string) =>
    `[...document.querySelectorAll('article img')].some((picture) => {
      const { opacity, transitionDuration } = getComputedStyle(picture)
      return opacity === '1' && transitionDuration === '${fadeSeconds}'
    })`
  for (const { moves, fadeSeconds } of [
    { moves: false, fadeSeconds: '0.22s' },
    { moves: true, fadeSeconds: '0s' },
  ]) {
    const { page, release } = await withoutPictures()
    await card(page, 'fifth').getByRole('img').waitFor({ state: 'attached' })
    if (moves) await page.evaluate(MOVE_ALL_THE_TIME)
    release()
    await untilTrue(page, shown(fadeSeconds))
  }
})

const MOVE_ALL_THE_TIME = `{
  let down = 1
  const move = () => {
    scrollBy(0, (down = -down))
    requestAnimationFrame(move)
  }
  scrollTo(0, 20)
  move()
}`

test('the exact time is a tooltip for who points at it, and costs nothing as the page moves past a pointer at rest', async () => {
  const page = await visit('/')
  const time = card(page, 'fourth').getByRole('time')
  await card(page, 'fifth')
    .getByRole('button', { name: /^Like, / })
    .hover()
  const pointed = await card(page, 'fifth')
    .getByRole('button', { name: /^Like, / })
    .boundingBox()
  const at = await time.boundingBox()
  assert.ok(pointed && at)
  const [x, y] = [at.x + at.width / 2, pointed.y + pointed.height / 2]
  await page.mouse.move(x, y)
  await page.evaluate(`scrollBy(0, ${at.y + at.height / 2 - y})`)
  await untilTrue(page, `document.querySelector('time:hover')`)
  assert.equal(await time.getAttribute('title'), null)
  await page.mouse.move(x + 1, y)
  await untilTrue(page, `/\\d:\\d\\d/.test(document.querySelector('time:hover').title)`)
})

const FIRST = `document.querySelector('img[alt="A colour that says first"]')`

test('each screen gets the rendition that fits it', async () => {
  for (const { options, at, width } of [
    { options: { viewport: DESKTOP }, at: '/', width: 640 },
    { options: { viewport: PHONE, phonePixelRatio: 2 }, at: '/', width: 1280 },
    { options: { viewport: PHONE }, at: `/@${author.username}`, width: 320 },
  ]) {
    const page = await visit(at, options)
    await page.getByRole('img', { name: 'A colour that says first' }).scrollIntoViewIfNeeded()
    await untilTrue(page, isShown(FIRST))
    const chosen = await page.evaluate<string>(`${FIRST}.currentSrc`)
    assert.match(chosen, new RegExp(`/${width}\\.(avif|webp)$`), `${at} at ${options.viewport.width}`)
  }
})

test('a like that the server refuses is taken back, and says so', async () => {
  const page = await visit('/', { expects: /status of 500/ })
  await page.route('**/like', (route) => route.fulfill({ status: 500, json: { code: 'service.failed', title: 'No' } }))
  const heart = card(page, 'fifth').getByRole('button', { name: /^Like, / })
  await heart.click()
  await page.getByRole('status').filter({ hasText: 'No.' }).waitFor()
  assert.equal(await heart.getAttribute('aria-pressed'), 'false')
})
