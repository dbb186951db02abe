import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { PHONE, sharedBrowser } from '../support/browser.ts'
import { publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { get, newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
/** Gzip, of what index.html names. */
const INITIAL_JS_MAX_BYTES = 90_000
const CSS_MAX_BYTES = 12_000
/** Google's "good" is 0.1; whoever holds a finger over a heart notices less than that. */
const LAYOUT_SHIFT_MAX = 0.01

let ann: Person
let photoId: string

before(async () => {
  ann = await newPerson('bud')
  const [photo] = await publishesPhotos(ann, ['one', 'two', 'three', 'four'])
  photoId = photo?.id ?? assert.fail('no photo')
})

test('a first visit loads at most 90 kB of scripts and 12 kB of styles', async () => {
  const document = (await get(`${stack.lb}/settings`)).text
  const named = [...document.matchAll(/(?:src|href)="(\/[\w./-]+\.(?:js|css))"/g)].map(([, path = '']) => path)
  const sizes = await Promise.all(
    named.map(async (path) => ({ path, sizeBytes: gzipSync((await get(stack.lb + path)).text, { level: 9 }).length })),
  )
  const sum = (extension: string) =>
    sizes.filter(({ path }) => path.endsWith(extension)).reduce((total, { sizeBytes }) => total + sizeBytes, 0)
  console.log(`initial JavaScript ${kilobytes(sum('.js'))}, styles ${kilobytes(sum('.css'))}, gzip`)
  assert.ok(sum('.js') > 10_000 && sum('.js') <= INITIAL_JS_MAX_BYTES, `${sum('.js')} bytes of JavaScript`)
  assert.ok(sum('.css') > 1_000 && sum('.css') <= CSS_MAX_BYTES, `${sum('.css')} bytes of CSS`)
})

test('a first visit of the feed asks for nothing twice, and what is announced is used', async () => {
  const page = await browser.visit(stack.lb, { as: ann, at: '/robots.txt', viewport: PHONE, phonePixelRatio: 2 })
  const warnings: string[] = []
  page.on('console', (message) => warnings.push(message.text()))
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  let receivedBytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (receivedBytes += encodedDataLength))
  for (const at of ['/', '/explore', `/@${ann.username}`, `/photos/${photoId}`]) {
    const asked: string[] = []
    const note = (request: { url: () => string }) => asked.push(request.url())
    receivedBytes = 0
    page.on('request', note)
    await page.goto(at)
    await page.getByRole('img').first().waitFor()
    await page.waitForLoadState('networkidle')
    page.off('request', note)
    console.log(`${at.replace(/[\w-]{20,}/, 'ID')}: ${asked.length} requests, ${kilobytes(receivedBytes)} received`)
    const doubled = asked.filter((url, at) => asked.indexOf(url) !== at)
    assert.deepEqual(doubled, [], at)
  }
  assert.deepEqual(
    warnings.filter((text) => /preload|Content Security Policy/i.test(text)),
    [],
  )
})

test('nothing moves while a page arrives', async () => {
  for (const viewport of [PHONE, { width: 1440, height: 900 }]) {
    const page = await browser.visit(stack.lb, { as: ann, at: '/robots.txt', viewport })
    await page.addInitScript(`
      window.shifts = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if (!entry.hadRecentInput)
            shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => node?.className ?? node?.nodeName) })
      }).observe({ type: 'layout-shift', buffered: true })`)
    for (const at of ['/', `/@${ann.username}`, '/explore', `/photos/${photoId}`]) {
      await page.goto(at)
      await page.getByRole('img').first().waitFor()
      await page.waitForLoadState('networkidle')
      const { sum, what } = await shiftsOf(page)
      assert.ok(sum <= LAYOUT_SHIFT_MAX, `${at} at ${viewport.width} px moved by ${sum}: ${what}`)
    }
  }
})

async function shiftsOf(page: Page): Promise<{ sum: number; what: string }> {
  const shifts = await page.evaluate<{ value: number; what: string[] }[]>('shifts')
  return { sum: shifts.reduce((total, { value }) => total + value, 0), what: JSON.stringify(shifts) }
}

function kilobytes(sizeBytes: number): string {
  return `${(sizeBytes / 1000).toFixed(1)} kB`
}
