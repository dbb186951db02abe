import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { assertAccessible } from '../support/axe.ts'
import { FAILED_REQUEST, PHONE, screenshot, sharedBrowser, type VisitOptions } from '../support/browser.ts'
import { problem } from '../support/failures.ts'
import { publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let ann: Person
let bob: Person
let photoId: string
let otherId: string

before(async () => {
  ann = await newPerson('rpa')
  bob = await newPerson('rpb')
  const [photo, other] = await publishesPhotos(ann, ['one to report', 'another one'])
  photoId = photo?.id ?? assert.fail('no photo')
  otherId = other?.id ?? assert.fail('no photo')
})

const opens = (id: string, options: VisitOptions = {}) => browser.visit(stack.lb, { at: `/photos/${id}`, ...options })
const menu = (page: Page) => page.getByRole('button', { name: 'More about this photo' }).click()
const report = (page: Page) => page.getByRole('button', { name: 'Report…' }).click()

test('a visitor is led to sign in, and an author cannot report what is theirs', async () => {
  const visitor = await opens(photoId)
  await menu(visitor)
  await report(visitor)
  await visitor.waitForURL(`**/sign-in?next=${encodeURIComponent(`/photos/${photoId}`)}`)

  const own = await opens(photoId, { as: ann })
  await menu(own)
  await own.getByRole('button', { name: 'Delete', exact: true }).waitFor()
  assert.equal(await own.getByRole('button', { name: 'Report…' }).count(), 0)
})

test('a photo is reported with a reason and a note, and the operators’ answer is found at the same place', async () => {
  const page = await opens(photoId, { as: bob, viewport: PHONE })
  await menu(page)
  await report(page)
  const dialog = page.getByRole('dialog', { name: 'Report this photo' })
  await dialog.getByRole('button', { name: 'Send report' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'Choose what comes closest' }).waitFor()
  await dialog.getByText(`@${ann.username} does not`).waitFor()
  await assertAccessible(page)
  await dialog.getByLabel('Harassment or hate').check()
  await page.keyboard.press('ArrowUp')
  assert.ok(await dialog.getByLabel('Violence').isChecked(), 'arrow keys choose')
  await dialog.getByLabel('A note to the operators').fill('It shows somebody being hurt.')
  await screenshot(page, 'report')
  await dialog.getByRole('button', { name: 'Send report' }).click()
  const made = page.getByRole('dialog', { name: 'Your report' })
  await made.getByRole('status').filter({ hasText: 'The operators will look at it' }).waitFor()
  await assertAccessible(page)
  await made.getByRole('button', { name: 'Close' }).click()
  await made.waitFor({ state: 'detached' })
  await page
    .locator(':focus')
    .and(page.getByRole('button', { name: 'More about this photo' }))
    .waitFor()
  const { body } = await bob.get(`/api/photos/${photoId}/report`)
  assert.deepEqual([body.report.reason, body.report.text], ['violence', 'It shows somebody being hurt.'])

  await page.reload()
  await menu(page)
  await report(page)
  await made.getByText('You reported it as “Violence”').waitFor()
  await made.getByText('It shows somebody being hurt.').waitFor()
  assert.equal(await made.getByRole('button', { name: 'Send report' }).count(), 0)
})

test('a report whose answer is lost is sent again, and counts once', async () => {
  const page = await opens(otherId, { as: bob, expects: FAILED_REQUEST })
  await menu(page)
  await report(page)
  const dialog = page.getByRole('dialog', { name: 'Report this photo' })
  await dialog.getByLabel('Something else').check()
  browser.loseAnswer(page, `/api/photos/${otherId}/report`)
  await dialog.getByRole('button', { name: 'Send report' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'There was no answer' }).waitFor()
  await dialog.getByRole('button', { name: 'Send report' }).click()
  await page.getByRole('dialog', { name: 'Your report' }).waitFor()
})

test('what fails is told with the request to quote, and tried again in place', async () => {
  const cleo = await newPerson('rpc')
  const page = await opens(otherId, { as: cleo, expects: FAILED_REQUEST })
  const at = `**/api/photos/${otherId}/report`
  await page.route(at, problem(500, 'service.failed'))
  await menu(page)
  await report(page)
  const dialog = page.getByRole('dialog', { name: 'Report this photo' })
  const alert = dialog.getByRole('alert')
  await alert.getByText('req-77').waitFor()
  await assertAccessible(page)
  await page.unroute(at)
  await dialog.getByRole('button', { name: 'Try again' }).click()
  await dialog.getByLabel('Nudity').check()
  await page.route(at, problem(500, 'service.failed'))
  await dialog.getByRole('button', { name: 'Send report' }).click()
  await alert.getByText('req-77').waitFor()
  await page.unroute(at)
  await dialog.getByRole('button', { name: 'Send report' }).click()
  await page.getByRole('dialog', { name: 'Your report' }).waitFor()
})
