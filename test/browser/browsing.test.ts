import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { sharedBrowser, type VisitOptions } from '../support/browser.ts'
import { publishesPhotos } from '../support/gallery.ts'
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

test('a shared link opens one photo, with neither neighbours nor an account', async () => {
  const page = await browser.visit(stack.lb, { at: `/photos/${photo(2).id}` })
  await page.getByRole('img', { name: 'A colour that says third' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Next photo' }).count(), 0)
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
  assert.match(await page.title(), /^third/)
})

test('explore shows everybody’s photos, and leads from one to the next', async () => {
  const page = await browser.visit(stack.lb, { at: '/explore' })
  await page.getByText('A quiet place').waitFor()
  const first = page
    .getByRole('main')
    .getByRole('link')
    .filter({ has: page.getByRole('img') })
    .first()
  const address = (await first.getAttribute('href')) ?? assert.fail('no photo')
  await first.click()
  await page.waitForURL(`**${address}`)
  await page.getByRole('link', { name: 'Next photo' }).click()
  await page.waitForURL((url) => url.pathname.startsWith('/photos/') && url.pathname !== address)
  await page.goBack()
  await page.waitForURL('**/explore')
})

test('a profile shows who it is, what they share and how many follow', async () => {
  await author.send('PATCH', '/api/accounts/me', { displayName: 'Bran Moreau', bio: 'Weather, and hills.' })
  const page = await browser.visit(stack.lb, { at: `/@${author.username}` })
  await page.getByText('Bran Moreau').first().waitFor()
  await page.getByText('Weather, and hills.').waitFor()
  await page.getByRole('listitem').filter({ hasText: '5 photos' }).waitFor()
  await page.getByRole('link', { name: '1 follower', exact: true }).waitFor()
  await page.getByRole('link', { name: '0 following' }).waitFor()
  for (const { altText } of photos) await page.getByRole('img', { name: altText }).waitFor()
})

test('words are changed after publishing, by who wrote them', async () => {
  const page = await visit(`/photos/${photo(4).id}`, { as: author })
  await page.getByRole('button', { name: 'More about this photo' }).click()
  await page.getByRole('button', { name: 'Edit caption and description' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit photo' })
  await dialog.getByLabel('Caption').fill('Evening light')
  await dialog.getByLabel('Description').fill('A hill at dusk')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'Evening light' }).waitFor()
  await page.getByRole('img', { name: 'A hill at dusk' }).waitFor()
  const stranger = await visit(`/photos/${photo(4).id}`)
  await stranger.getByRole('heading', { name: 'Evening light' }).waitFor()
  await stranger.getByRole('button', { name: 'More about this photo' }).click()
  await stranger.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor()
  assert.equal(await stranger.getByRole('button', { name: 'Edit caption and description' }).count(), 0)
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

  // who was found stays until the next answer is there
  let release = () => undefined as void
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/api/search/accounts?*', async (route) => {
    await held
    await route.continue()
  })
  await page.getByRole('searchbox').fill(author.username)
  const found = (isBusy: boolean) => page.locator(`main ul[aria-busy=${isBusy}]`).getByRole('link')
  await found(true).first().waitFor()
  release()
  await found(false).first().waitFor()
})
