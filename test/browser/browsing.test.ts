import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { PHONE, sharedBrowser, type VisitOptions } from '../support/browser.ts'
import { publishesPhoto, publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let author: Person
let fan: Person
let photos: PhotoCard[]

before(async () => {
  author = await newPerson('bra')
  fan = await newPerson('brf')
  await fan.send('PUT', `/api/accounts/${author.username}/follow`)
  photos = await publishesPhotos(author, ['first', 'second', 'third', 'fourth', 'fifth'])
})

const visit = (at: string, options: VisitOptions = {}) => browser.visit(stack.lb, { at, as: fan, ...options })
const photo = (index: number) => photos[index] ?? assert.fail(`no photo ${index}`)
const scrolledTo = (page: Awaited<ReturnType<typeof visit>>) => page.evaluate<number>('Math.round(scrollY)')

test('the feed keeps its place when one comes back to it', async () => {
  const page = await visit('/', { viewport: PHONE })
  const card = page.getByRole('article').filter({ hasText: 'second' })
  await card.scrollIntoViewIfNeeded()
  await page.getByRole('article').filter({ hasText: 'first' }).waitFor()
  const before = await scrolledTo(page)
  assert.ok(before > 300)
  await card.getByRole('link', { name: /just now|min/ }).click()
  await page.waitForURL(`**/photos/${photo(1).id}`)
  assert.equal(await scrolledTo(page), 0)
  await page.goBack()
  await page.waitForFunction(`Math.abs(scrollY - ${before}) < 3`)
})

test('new photos are offered, not pushed in', async () => {
  const page = await visit('/robots.txt')
  await page.clock.install()
  await page.goto('/')
  await page.getByRole('article').first().waitFor()
  photos.push(await publishesPhoto(author, 'sixth'))
  assert.equal(await page.getByRole('article').filter({ hasText: 'sixth' }).count(), 0)
  // longer than it looks for news
  await page.clock.fastForward('01:00')
  const pill = page.getByRole('button', { name: '1 new photo' })
  await pill.click()
  await page.getByRole('article').filter({ hasText: 'sixth' }).waitFor()
  await pill.waitFor({ state: 'detached' })
})

test('two taps like a photo, one opens it', async () => {
  const page = await visit('/', { viewport: PHONE })
  const card = page.getByRole('article').filter({ hasText: 'fourth' })
  const picture = card.getByRole('link').filter({ has: page.getByRole('img') })
  await picture.dblclick()
  await card.getByRole('button', { name: 'Like, 1 like', pressed: true }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/')
  await card.getByRole('button', { name: /^Like, / }).click()
  await card.getByRole('button', { name: /^Like, /, pressed: false }).waitFor()
  await picture.click()
  await page.waitForURL(`**/photos/${photo(3).id}`)
})

test('a like that the server refuses is taken back, and says so', async () => {
  const page = await visit(`/photos/${photo(0).id}`, { expects: /status of 500/ })
  await page.route('**/like', (route) => route.fulfill({ status: 500, json: { code: 'service.failed', title: 'No' } }))
  const heart = page.getByRole('button', { name: /^Like, / })
  await heart.click()
  await page.getByRole('status').filter({ hasText: 'No.' }).waitFor()
  assert.equal(await heart.getAttribute('aria-pressed'), 'false')
})

test('a shared link opens one photo, with neither neighbours nor an account', async () => {
  const page = await browser.visit(stack.lb, { at: `/photos/${photo(2).id}` })
  await page.getByRole('img', { name: 'A colour that says third' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Next photo' }).count(), 0)
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
  assert.match(await page.title(), /^third/)
})

test('from a list one goes on with the arrow keys, and back leads to the list', async () => {
  const page = await visit(`/@${author.username}`)
  await page.getByRole('img', { name: 'A colour that says third' }).click()
  await page.waitForURL(`**/photos/${photo(2).id}`)
  await page.getByRole('link', { name: 'Next photo' }).waitFor()
  await page.keyboard.press('ArrowRight')
  await page.waitForURL(`**/photos/${photo(1).id}`)
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL(`**/photos/${photo(2).id}`)
  await page.getByRole('link', { name: 'Previous photo' }).click()
  await page.waitForURL(`**/photos/${photo(3).id}`)
  await page.goBack()
  await page.waitForURL(`**/@${author.username}`)
})

test('a conversation: said once, seen by the other, deleted by its writer', async () => {
  const page = await visit(`/photos/${photo(0).id}`)
  const field = page.getByLabel('Write a comment')
  await field.fill('Where is this, @nobody?')
  await field.press('Enter')
  const said = page.getByRole('listitem').filter({ hasText: 'Where is this' })
  await said.waitFor()
  assert.equal(await field.inputValue(), '')
  await said.getByRole('link', { name: '@nobody' }).waitFor()
  const other = await browser.visit(stack.lb, { at: `/photos/${photo(0).id}`, as: author })
  await other.getByRole('listitem').filter({ hasText: 'Where is this' }).waitFor()
  await said.getByRole('button', { name: 'Delete' }).click()
  await said.waitFor({ state: 'detached' })
})

test('following tells its state at once, everywhere', async () => {
  const visitor = await newPerson('brv')
  const page = await visit(`/@${author.username}`, { as: visitor })
  await page.getByRole('button', { name: `Follow ${author.username}` }).click()
  await page.getByRole('button', { name: `Following ${author.username}`, pressed: true }).waitFor()
  await page.getByRole('link', { name: /followers/ }).click()
  await page.getByRole('link', { name: new RegExp(`@${visitor.username}`) }).waitFor()
  await page.getByRole('link', { name: 'Following', exact: true }).click()
  await page.getByText(`@${author.username} follows nobody yet`).waitFor()
})

test('who likes a photo is listed', async () => {
  await fan.send('PUT', `/api/photos/${photo(1).id}/like`)
  const page = await visit(`/photos/${photo(1).id}`)
  await page.getByRole('button', { name: '1 person likes this' }).click()
  const dialog = page.getByRole('dialog', { name: 'Liked by' })
  await dialog.getByRole('link', { name: new RegExp(`@${fan.username}`) }).waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('search finds people while one types, and the address keeps the words', async () => {
  const page = await visit('/search')
  await page.getByRole('searchbox').pressSequentially(author.username.slice(0, -1))
  await page.getByRole('link', { name: new RegExp(`@${author.username}`) }).waitFor()
  await page.waitForURL('**/search?q=*')
  await page.getByRole('link', { name: new RegExp(`@${author.username}`) }).click()
  await page.waitForURL(`**/@${author.username}`)
  await page.goBack()
  await page.getByRole('link', { name: new RegExp(`@${author.username}`) }).waitFor()
})

test('everything can be reached by keyboard, and focus is always to be seen', async () => {
  const page = await visit('/explore')
  await page.getByRole('img').first().waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to content')
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('Tab')
    const seen = await page.evaluate<{ name: string; outline: string; height: number }>(`{
      const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
      ({ name: element.outerHTML.slice(0, 80), outline: style.outlineStyle, height: box.height })
    }`)
    assert.notEqual(seen.outline, 'none', seen.name)
    assert.ok(seen.height >= 24, `${seen.name} is ${seen.height} px high`)
  }
})

test('from 360 to 2560 pixels nothing reaches beyond the page', async () => {
  const page = await visit('/explore')
  for (const at of ['/', '/explore', `/@${author.username}`, `/photos/${photo(0).id}`, '/settings', '/upload']) {
    await page.goto(at)
    await page.getByRole('main').locator(':scope > *').first().waitFor()
    for (const width of [360, 768, 1200, 2560]) {
      await page.setViewportSize({ width, height: 900 })
      const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      assert.ok(beyond <= 0, `${at} at ${width}: ${beyond} px too wide`)
    }
  }
})
