import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { ExportState } from '../../src/contract/export.ts'
import { unzip } from '../support/archive.ts'
import { assertAccessible } from '../support/axe.ts'
import { FAILED_REQUEST, sharedBrowser, type VisitOptions } from '../support/browser.ts'
import { problem } from '../support/failures.ts'
import { publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
const STATE = '**/api/accounts/me/export'
/** The queue of the worker may be long. */
const PACKED = { timeout: 90_000 }

async function opens(as: Person, options: VisitOptions = {}) {
  const page = await browser.visit(stack.lb, { as, at: '/robots.txt', ...options })
  return { page, section: page.getByRole('region', { name: 'Your data' }), go: () => page.goto('/settings') }
}

/** States that last too short to be looked at. */
const shows = (page: Page, state: Partial<ExportState>) =>
  page.route(STATE, (route) =>
    route.fulfill({
      json: {
        status: 'none',
        progress: { done: 0, total: 0 },
        sizeBytes: null,
        expiresAt: null,
        path: null,
        ...state,
      } satisfies ExportState,
    }),
  )

test('an archive is asked for, packed, downloaded, holds what is one’s own, and is made anew', async () => {
  const ann = await newPerson('arc')
  await publishesPhotos(ann, ['first of mine', 'second of mine'])
  const { page, section, go } = await opens(ann)
  await go()
  await section.getByRole('button', { name: 'Make an archive' }).click()
  const link = section.getByRole('link', { name: /^Download \(\d+(\.\d)?.[KM]B\)$/ })
  await link.waitFor(PACKED)
  await section.getByRole('status').filter({ hasText: 'It can be downloaded until' }).waitFor()
  await assertAccessible(page)

  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  assert.match(download.suggestedFilename(), new RegExp(`^minigram-${ann.username}-\\d{4}-\\d\\d-\\d\\d\\.zip$`))
  const files = await unzip(readFileSync(await download.path()))
  const data = files.get('data.json')?.toString() ?? assert.fail([...files.keys()].join())
  assert.ok(data.includes('first of mine') && data.includes('second of mine'))
  assert.equal([...files.keys()].filter((name) => /\.(jpg|webp)$/.test(name)).length, 2)

  const isAsked = page.waitForResponse((response) => response.request().method() === 'POST')
  await section.getByRole('button', { name: 'Make a new one' }).click()
  assert.ok((await isAsked).ok())
  await link.waitFor(PACKED)
})

test('while it is packed one sees how far it is, and one that could not be made is asked for again', async () => {
  const { page, section, go } = await opens(await newPerson('arp'))
  await shows(page, { status: 'running', progress: { done: 3, total: 12 } })
  await go()
  const bar = section.getByRole('progressbar', { name: 'Packing your archive' })
  await bar.waitFor()
  assert.equal(await bar.getAttribute('value'), '3')
  await section.getByText('3 of 12 photos').waitFor()
  await assertAccessible(page)
  // over the first: what is asked in between would hear of no archive, and the page asks no more
  await shows(page, { status: 'failed' })
  await section.getByRole('status').filter({ hasText: 'The archive could not be made' }).waitFor()
  await assertAccessible(page)
  await page.unroute(STATE)
  await section.getByRole('button', { name: 'Try again' }).click()
  await section.getByRole('link', { name: /^Download/ }).waitFor(PACKED)
})

test('an archive that is over is offered anew', async () => {
  const { page, section, go } = await opens(await newPerson('aro'))
  const path = '/api/accounts/me/export/download'
  await shows(page, { status: 'ready', sizeBytes: 2048, expiresAt: new Date(Date.now() + 2_000).toISOString(), path })
  await go()
  await section.getByRole('link', { name: 'Download (2 KB)' }).waitFor()
  await page.unroute(STATE)
  await section.getByRole('button', { name: 'Make an archive' }).waitFor()
})

test('who asks too often is told when to come back, and a failure gives the request to quote', async () => {
  const bob = await newPerson('arl')
  const { page, section, go } = await opens(bob, { expects: FAILED_REQUEST })
  await page.route(STATE, problem(500, 'service.failed'))
  await go()
  await section.getByRole('alert').getByText('req-77').waitFor()
  await assertAccessible(page)
  await page.unroute(STATE)
  await section.getByRole('button', { name: 'Try again' }).click()
  const ask = section.getByRole('button', { name: 'Make an archive' })
  await ask.waitFor()
  for (let asked = 0; asked < 10; asked += 1) await bob.send('POST', '/api/accounts/me/export')
  await ask.click()
  await section
    .getByRole('alert')
    .getByText(/Try again in 2[34] h/)
    .waitFor()
})
