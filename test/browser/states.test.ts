import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import type { Health } from '../../src/contract/system.ts'
import { DESKTOP, PHONE, screenshot, sharedBrowser, untilTrue, type VisitOptions } from '../support/browser.ts'
import { problem } from '../support/failures.ts'
import { publishesPhoto } from '../support/gallery.ts'
import { jpeg } from '../support/pictures.ts'
import { PASSWORD, type Person } from '../support/person.ts'
import { newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let ann: Person
let photoId: string

before(async () => {
  ann = await newPerson('sta')
  photoId = (await publishesPhoto(ann, 'a state')).id
})

const visit = (at: string, options: VisitOptions = {}) => browser.visit(stack.lb, { at, ...options })
const said = (text: string, page: Page) => page.getByRole('status').filter({ hasText: text })
/** A page of ann's, on which nothing was asked of the API yet. */
const opens = async (at: string, options: VisitOptions = {}) => {
  const page = await visit('/robots.txt', options)
  return { page, go: () => page.goto(at) }
}

test('skeletons stand while a page loads, and are said aloud once', async () => {
  for (const [at, asked, what] of [
    ['/', '**/api/feed', 'Loading your feed…'],
    ['/explore', '**/api/explore', 'Loading photos…'],
    [`/@${ann.username}`, `**/api/accounts/${ann.username}`, 'Loading the profile…'],
    [`/photos/${photoId}`, `**/api/photos/${photoId}`, 'Loading the photo…'],
    [`/@${ann.username}/followers`, '**/api/*/*/followers', 'Loading people…'],
  ] as const) {
    const { page, go } = await opens(at, { as: ann })
    let release = () => undefined as void
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route(asked, async (route) => {
      await held
      await route.fallback()
    })
    await go()
    await page.getByRole('status').filter({ hasText: what }).waitFor()
    release()
    await page.getByText(what).waitFor({ state: 'detached' })
    await page.context().close()
  }
})

test('a failure says what to do, shows the request to quote, and a retry mends it', async () => {
  const { page, go } = await opens('/explore', { as: ann, expects: /status of 500/ })
  let isBroken = true
  await page.route('**/api/explore', (route) => (isBroken ? problem(500, 'service.failed')(route) : route.fallback()))
  await go()
  const alert = page.getByRole('alert')
  await alert.getByText('This did not work').waitFor()
  await alert.getByText('req-77').waitFor()
  await screenshot(page, 'state-failed')
  isBroken = false
  await alert.getByRole('button', { name: 'Try again' }).click()
  await alert.waitFor({ state: 'detached' })
})

test('when the server cannot say who one is, the pages of one’s own say that it failed', async () => {
  const { page, go } = await opens('/settings', { as: ann, expects: /status of 500/ })
  await page.route('**/api/accounts/me', problem(500, 'service.failed'))
  await go()
  await page.getByRole('alert').getByText('req-77').waitFor()
  for (const name of ['Home', 'New photo']) {
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor({ state: 'attached' })
    await page.getByRole('alert').getByText('req-77').waitFor()
  }
  await page.unroute('**/api/accounts/me')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Drop photos here').waitFor()
})

test('who is too fast is told when to come back, and may', async () => {
  const { page, go } = await opens('/explore', { as: ann, expects: /status of 429/ })
  let isLimited = true
  await page.route('**/api/explore', (route) =>
    isLimited ? problem(429, 'request.rate_limited', { 'retry-after': '2' })(route) : route.fallback(),
  )
  await go()
  await page.getByText('A little too fast').waitFor()
  const wait = page.getByRole('button', { name: /Try again in \d s/ })
  await wait.waitFor()
  assert.ok(await wait.isDisabled())
  isLimited = false
  await page.getByRole('button', { name: 'Try again', exact: true }).click()
  await page.getByText('A little too fast').waitFor({ state: 'detached' })
})

test('without a connection a banner says so, and goes with it', async () => {
  const page = await visit(`/photos/${photoId}`, { as: ann, expects: /INTERNET_DISCONNECTED/ })
  await page.getByRole('img', { name: 'A colour that says a state' }).waitFor()
  await page.context().setOffline(true)
  await page.getByText('You are offline').waitFor()
  await page.getByRole('button', { name: /^Like, / }).click()
  await said('Your like was not saved. Please try again later.', page).waitFor()
  assert.equal(await page.getByText('There was no answer').count(), 0, 'the banner says it')
  await page
    .getByRole('button', { name: 'Like, no likes' })
    .or(page.getByRole('button', { name: 'Like, 0 likes' }))
    .waitFor()
  await page.context().setOffline(false)
  await page.getByText('You are offline').waitFor({ state: 'detached' })
})

test('a server that only reads says so in a banner until it writes again; what became of an act, a toast', async () => {
  const page = await visit(`/photos/${photoId}`, { as: ann, expects: /status of 503/ })
  let isReadOnly = true
  await page.route('**/like', (route) => (isReadOnly ? problem(503, 'service.no_primary')(route) : route.fallback()))
  await page.route('**/health', (route) => {
    const postgres = isReadOnly ? 'read-only' : 'ok'
    const health: Health = { status: 'degraded', instance: 'app1', checks: { postgres, redisMain: 'ok' } }
    return route.fulfill({ json: health })
  })
  const heart = page.getByRole('button', { name: /^Like, / })
  await heart.click()
  await said('Read-only at the moment', page).waitFor()
  await said('Your like was not saved. Please try again later.', page).waitFor()
  assert.equal(await page.getByText('Nothing can be saved at the moment').count(), 0, 'the banner says it')
  await screenshot(page, 'state-read-only')
  assert.equal(await heart.getAttribute('aria-pressed'), 'false', 'the heart went back')
  isReadOnly = false
  await page.getByText('Read-only at the moment').waitFor({ state: 'detached' })
  await said('Changes can be saved again', page).waitFor()
})

test('the next page of a list that does not come waits for a click', async () => {
  const page = await visit('/robots.txt', { as: ann, expects: /status of (429|500)/ })
  const photo = (await ann.get(`/api/photos/${photoId}`)).body
  const pages = [{ items: [photo], nextCursor: 'bmV4dA', viewer: { liked: [] } }]
  const end = { items: [], nextCursor: null, viewer: { liked: [] } }
  let asked = 0
  let answer: (route: Route) => Promise<void> = problem(500, 'service.failed')
  const alert = page.getByRole('alert').filter({ hasText: 'The next photos did not arrive' })
  for (const [at, path] of [
    ['/explore', '/api/explore'],
    ['/', '/api/feed'],
  ] as const) {
    answer = problem(500, 'service.failed')
    asked = 0
    await page.route(`**${path}*`, (route) => {
      if (!route.request().url().includes('cursor')) return route.fulfill({ json: pages[0] })
      asked += 1
      return answer(route)
    })
    await page.goto(at)
    await alert.getByText('Something failed on our side').waitFor()
    await alert.getByText('req-77').waitFor()
    assert.equal(asked, 1, 'not again and again')
    let release = () => undefined as void
    const held = new Promise<void>((resolve) => (release = resolve))
    answer = async (route) => {
      await held
      await problem(429, 'request.rate_limited', { 'retry-after': '1' })(route)
    }
    const retry = alert.getByRole('button', { name: 'Try again' })
    await retry.click()
    await alert.locator('[aria-busy=true]').waitFor()
    await retry.click({ force: true })
    release()
    await alert.getByText('a short pause').waitFor()
    assert.equal(asked, 2, 'what is under way is not asked for twice')
    answer = (route) => route.fulfill({ json: end })
    await alert.getByRole('button', { name: 'Try again', exact: true }).click()
    await alert.waitFor({ state: 'detached' })
  }
})

test('a state that is all of a page stands a little above the middle of the screen, and fits', async () => {
  const page = await visit('/robots.txt', { as: ann, expects: /status of (404|500)/ })
  await page.route('**/api/feed', problem(500, 'service.failed'))
  for (const viewport of [PHONE, DESKTOP, { width: 2560, height: 1440 }]) {
    await page.setViewportSize(viewport)
    for (const at of ['/', '/nowhere', '/@nobody_at_all', '/photos/0198c0de-0000-7000-8000-000000000001']) {
      await page.goto(at)
      const state = page.getByRole('main').locator('h2').locator('..')
      await state.waitFor()
      const sign = await state.locator('> :first-child').boundingBox()
      const last = await state.locator('> :last-child').boundingBox()
      const middle = ((sign?.y ?? 0) + (last?.y ?? 0) + (last?.height ?? 0)) / 2 / viewport.height
      assert.ok(middle > 0.4 && middle < 0.5, `${at} at ${viewport.width} px: ${middle}`)
      assert.ok(await page.evaluate('document.documentElement.scrollHeight <= innerHeight'), `${at} scrolls`)
    }
  }
})

test('empty places say what belongs there', async () => {
  const newcomer = await newPerson('emp')
  const page = await visit('/', { as: newcomer })
  await page.getByRole('heading', { name: 'Your feed begins here' }).waitFor()
  await page.goto(`/@${newcomer.username}`)
  await page.getByRole('link', { name: 'Share your first photo' }).waitFor()
  await page.goto(`/@${newcomer.username}/followers`)
  await page.getByText(`Nobody follows @${newcomer.username} yet`).waitFor()
  await page.goto(`/@${newcomer.username}/following`)
  await page.getByText(`@${newcomer.username} follows nobody yet`).waitFor()
  await page.goto('/search?q=zzzzzzqqqq')
  await page.getByText(/Nobody/).waitFor()
  const stranger = await visit(`/@${newcomer.username}`)
  await stranger.getByRole('heading', { name: 'No photos yet' }).waitFor()
})

test('what is not there says so, by page and by status', async () => {
  const page = await visit('/robots.txt', { expects: /status of 404/ })
  for (const [at, what, status] of [
    ['/nowhere', 'This page is not here', 200],
    ['/photos/0198c0de-0000-7000-8000-000000000001', 'This photo is not here', 404],
    ['/@nobody_at_all', '@nobody_at_all is not here', 404],
  ] as const) {
    assert.equal((await page.goto(at))?.status(), status, at)
    await page.getByRole('heading', { name: what }).waitFor()
  }
})

test('what needs an account leads to one and comes back', async () => {
  const page = await visit('/upload', { expects: /status of 401/ })
  await page.getByRole('heading', { name: 'Share your photographs' }).waitFor()
  await page.goto('/settings')
  await page.getByRole('heading', { name: 'Settings are yours' }).waitFor()
  await page.goto(`/photos/${photoId}`)
  await page.getByRole('button', { name: /^Like, / }).click()
  await page.waitForURL(`**/sign-in?next=${encodeURIComponent(`/photos/${photoId}`)}`)
  await page.getByLabel('Username').fill(ann.username)
  await page.getByLabel('Password', { exact: true }).fill('wrong horse')
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
  await page
    .getByRole('alert')
    .filter({ hasText: /do not belong together/ })
    .waitFor()
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`**/photos/${photoId}`)
})

test('a session that ended elsewhere leaves a visitor, not a broken page', async () => {
  const gone = await newPerson('gon')
  const page = await visit('/settings', { as: gone, expects: /status of 401/ })
  await page.getByRole('heading', { name: 'Devices' }).waitFor()
  await gone.send('DELETE', '/api/sessions/current')
  await page.getByLabel('Name').fill('Somebody')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await page.getByRole('heading', { name: 'Settings are yours' }).waitFor()
})

test('pictures come from this origin when the edge does not answer, and words when nothing does', async () => {
  const face = await ann.uploads('/api/accounts/me/avatar', await jpeg('a face'), { method: 'PUT' })
  assert.equal(face.status, 200)
  const page = await visit('/robots.txt', { expects: /ERR_FAILED/ })
  await page.route(`${stack.edge}/**`, (route) => route.abort())
  await page.goto(`/photos/${photoId}`)
  const img = page.getByRole('img', { name: 'A colour that says a state' })
  await img.waitFor()
  await untilTrue(page, "[...document.querySelectorAll('main img')].some((img) => img.naturalWidth > 0)")
  assert.ok(((await img.getAttribute('src')) ?? '').startsWith('/media/'))
  const faces = page.getByRole('article').locator('header img')
  assert.ok(((await faces.getAttribute('src')) ?? '').startsWith('/media/'))
  await page.route('**/media/**', (route) => route.abort())
  await page.reload()
  await page.getByText('A colour that says a state').waitFor()
  await faces.waitFor({ state: 'detached' })
})
