import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { assertAccessible } from '../support/axe.ts'
import { FAILED_REQUEST, PHONE, screenshot, sharedBrowser, type VisitOptions } from '../support/browser.ts'
import { problem } from '../support/failures.ts'
import { publishesPhotos } from '../support/gallery.ts'
import { PASSWORD, type Person } from '../support/person.ts'
import { minigram, newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let oda: Person
let ann: Person
let bob: Person
/** By caption. */
const photos = new Map<string, string>()

before(async () => {
  oda = await newPerson('opo')
  ann = await newPerson('opa')
  bob = await newPerson('opb')
  assert.equal((await minigram('operator', oda.username)).code, 0)
  const captions = ['loud', 'fine', 'shy', 'last']
  for (const { caption, id } of await publishesPhotos(ann, captions)) photos.set(caption, id)
  for (const [caption, reason] of [
    ['loud', 'spam'],
    ['fine', 'other'],
    ['shy', 'nudity'],
  ] as const)
    await bob.send('POST', `/api/photos/${idOf(caption)}/report`, { reason, text: `About ${caption}` })
})

const idOf = (caption: string) => photos.get(caption) ?? assert.fail(`no photo ${caption}`)
const opens = (at: string, options: VisitOptions = {}) => browser.visit(stack.lb, { as: oda, at, ...options })
const reported = (page: Page, caption: string) =>
  page.getByRole('listitem', { name: `Photo by ${ann.username}` }).filter({ hasText: `About ${caption}` })
const said = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()

test('nobody but operators sees the operators’ pages, or is asked for them', async () => {
  for (const options of [{}, { as: bob }]) {
    const page = await browser.visit(stack.lb, { at: '/robots.txt', ...options })
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    for (const at of ['/ops', '/ops/acts', `/ops/photos/${idOf('loud')}`, `/ops/accounts/${ann.username}`]) {
      await page.goto(at)
      await page.getByRole('heading', { name: 'This is for operators' }).waitFor()
    }
    await assertAccessible(page)
    assert.equal(await page.getByRole('link', { name: 'Operators' }).count(), 0)
    assert.deepEqual(
      asked.filter((path) => path.startsWith('/api/ops/')),
      [],
    )
  }
})

test('a reported photo is hidden with a reason, gone for everybody, and shown again', async () => {
  const page = await opens('/')
  await page.getByRole('link', { name: 'Operators' }).click()
  const item = reported(page, 'loud')
  await item.getByText('1 report: Spam or advertising').waitFor()
  await item.getByRole('link', { name: bob.username }).first().waitFor()
  await item.getByRole('img', { name: 'A colour that says loud' }).waitFor()
  await assertAccessible(page)
  await screenshot(page, 'ops-reports')
  await item.getByRole('button', { name: 'Hide photo…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Hide this photo?' })
  await dialog.getByLabel('Reason').fill(' ')
  await dialog.getByRole('button', { name: 'Hide photo' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'Give a reason' }).waitFor()
  await assertAccessible(page)
  await dialog.getByLabel('Reason').fill('Advertisement')
  await dialog.getByRole('button', { name: 'Hide photo' }).click()
  await said(page, 'The photo is hidden')
  await item.waitFor({ state: 'detached' })

  const visitor = await browser.visit(stack.lb, { at: `/photos/${idOf('loud')}`, expects: /status of 410/ })
  await visitor.getByRole('heading', { name: 'This photo is hidden' }).waitFor()
  await assertAccessible(visitor)
  const author = await browser.visit(stack.lb, { as: ann, at: '/settings' })
  const hidden = author.getByRole('region', { name: 'Hidden photos' })
  await hidden.getByText('Advertisement').waitFor()
  await assertAccessible(author)

  await page.getByText('Settled', { exact: true }).click()
  await page.waitForURL('**/ops?state=settled')
  await item.getByText('Hidden').first().waitFor()
  await assertAccessible(page)
  await item.getByRole('link', { name: 'Everything about this photo' }).click()
  await page.getByText('Reason: Advertisement').waitFor()
  await page.getByRole('img', { name: 'A colour that says loud' }).waitFor()
  await page.getByRole('region', { name: 'History' }).getByText('hid a photo').waitFor()
  await page.getByRole('region', { name: 'Reports' }).getByText('About loud').waitFor()
  await assertAccessible(page)
  await screenshot(page, 'ops-photo')
  await page.getByRole('button', { name: 'Show again' }).click()
  await said(page, 'The photo is shown again')
  await page.getByRole('button', { name: 'Hide photo…' }).waitFor()
  await visitor.reload()
  await visitor.getByRole('img', { name: 'A colour that says loud' }).waitFor()
  await author.reload()
  await author.getByRole('heading', { name: 'Your data' }).waitFor()
  await hidden.waitFor({ state: 'detached' })
})

test('nothing is wrong with a photo: it stays, and its report is settled', async () => {
  const page = await opens('/ops', { viewport: PHONE, expects: FAILED_REQUEST })
  const item = reported(page, 'fine')
  const at = `**/api/ops/reports/${idOf('fine')}/resolve`
  await page.route(at, problem(503, 'service.no_primary', { 'retry-after': '1' }))
  await item.getByRole('button', { name: 'Nothing is wrong' }).click()
  await item.getByRole('alert').getByText('req-77').waitFor()
  await page.unroute(at)
  await item.getByRole('button', { name: 'Nothing is wrong' }).click()
  await said(page, 'Reports settled. The photo stays.')
  await item.waitFor({ state: 'detached' })
  assert.equal((await bob.get(`/api/photos/${idOf('fine')}`)).status, 200)
  await page.getByText('Settled', { exact: true }).click()
  await item.getByText('Visible').waitFor()
})

test('what may be hard to look at is shown when asked for', async () => {
  const page = await opens('/ops')
  const item = reported(page, 'shy')
  assert.equal(await item.getByRole('img').count(), 0, 'not even to a screen reader')
  await item.getByRole('button', { name: 'Show picture' }).click()
  await item.getByRole('img', { name: 'A colour that says shy' }).waitFor()
})

test('further reports come while one scrolls', async () => {
  const page = await opens('/robots.txt')
  await page.route('**/api/ops/reports?*', (route) => route.continue({ url: `${route.request().url()}&limit=1` }))
  await page.goto('/ops?state=settled')
  await reported(page, 'fine').waitFor()
  await reported(page, 'loud').waitFor()
})

test('an account is suspended with a reason, told so, and let back in', async () => {
  const cleo = await newPerson('opc')
  await publishesPhotos(cleo, ['of cleo'])
  const hers = await browser.visit(stack.lb, { as: cleo, at: '/settings', expects: FAILED_REQUEST })
  const page = await opens(`/@${cleo.username}`, { expects: FAILED_REQUEST })
  await page.getByRole('link', { name: 'As an operator' }).click()
  await page.getByRole('button', { name: 'Suspend account…' }).click()
  const dialog = page.getByRole('dialog', { name: `Suspend @${cleo.username}?` })
  await dialog.getByLabel('Reason').fill('Nothing but advertisements')
  const at = `**/api/ops/accounts/${cleo.username}/suspended`
  await page.route(at, problem(500, 'service.failed'))
  await dialog.getByRole('button', { name: 'Suspend account' }).click()
  await dialog.getByRole('alert').getByText('req-77').waitFor()
  await assertAccessible(page)
  await page.unroute(at)
  await dialog.getByRole('button', { name: 'Suspend account' }).click()
  await said(page, 'is suspended and signed out everywhere')
  await page.getByText('Reason: Nothing but advertisements').waitFor()
  await page.getByRole('link', { name: /Author suspended/ }).waitFor()
  await assertAccessible(page)
  await screenshot(page, 'ops-suspended')

  await hers.goto('/sign-in')
  await hers.getByLabel('Username').fill(cleo.username)
  await hers.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await hers.locator('form').getByRole('button', { name: 'Sign in' }).click()
  await hers.getByRole('alert').filter({ hasText: 'Nothing but advertisements' }).waitFor()
  await hers.goto(`/@${cleo.username}`)
  await hers.getByRole('heading', { name: `@${cleo.username} is not here` }).waitFor()

  await page.getByRole('button', { name: 'Lift suspension' }).click()
  await said(page, `@${cleo.username} is back`)
  await page.getByRole('region', { name: 'History' }).getByText('let back in').waitFor()
  await hers.reload()
  await hers.getByRole('heading', { name: cleo.username }).waitFor()
})

test('of an account the hidden photos can be looked at alone', async () => {
  await oda.send('PUT', `/api/ops/photos/${idOf('last')}/hidden`, { reason: 'For a while' })
  const page = await opens(`/ops/accounts/${ann.username}`)
  const tiles = page.getByRole('region', { name: 'Photos' }).getByRole('link')
  await tiles.nth(3).waitFor()
  await page.getByLabel('Hidden', { exact: true }).check()
  await tiles.nth(1).waitFor({ state: 'detached' })
  await tiles.first().getByRole('img', { name: 'A colour that says last' }).waitFor()
  await assertAccessible(page)
})

test('an account or a photo is looked up by what a letter about it contains', async () => {
  const page = await opens('/ops')
  const field = page.getByLabel('Username, or address of a photo')
  for (const [written, at] of [
    [`@${ann.username}`, `/ops/accounts/${ann.username}`],
    [`${stack.lb}/photos/${idOf('last')}`, `/ops/photos/${idOf('last')}`],
    [`${stack.lb}/@${bob.username}`, `/ops/accounts/${bob.username}`],
  ] as const) {
    await field.fill(written)
    await field.press('Enter')
    await page.waitForURL(`**${at}`)
  }
  await page.getByRole('main').getByText(`@${bob.username}`).first().waitFor()
})

test('a photo is deleted for good, and the history keeps who did it', async () => {
  const page = await opens(`/ops/photos/${idOf('shy')}`, { expects: /status of 410/ })
  await page.getByRole('button', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete this photo?' })
  await dialog.getByRole('button', { name: 'Delete photo' }).click()
  await said(page, 'The photo is deleted')
  await page.waitForURL(`**/ops/accounts/${ann.username}`)
  assert.equal((await bob.get(`/api/photos/${idOf('shy')}`)).status, 410)
  await page.getByRole('navigation', { name: 'Operators' }).getByRole('link', { name: 'History' }).click()
  await page.getByText(`@${oda.username} deleted a photo`).first().waitFor()
  await assertAccessible(page)
  await screenshot(page, 'ops-history')
  await page.goto(`/ops/photos/${idOf('shy')}`)
  await page.getByRole('heading', { name: 'This photo is not here' }).waitFor()
})
