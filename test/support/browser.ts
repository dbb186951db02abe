import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, type TestContext } from 'node:test'
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { eventually } from './eventually.ts'
import { openOwnAddress, type OwnAddress } from './own-address.ts'
import { REPO_DIR } from './stack.ts'

/** Pictures of the pages stay here after a run; git ignores them. */
export const SCREENSHOTS = join(REPO_DIR, 'test-results/screenshots')
export const CHROMIUM = '/usr/bin/chromium'

/** Chromium must not try to reach anything but the stack. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Viewport {
  width: number
  height: number
}
export const PHONE: Viewport = { width: 390, height: 844 }
export const DESKTOP: Viewport = { width: 1440, height: 900 }
const TIMEOUT_MS = 20_000

export interface VisitOptions {
  /** Whose session the browser has; a visitor's without. */
  as?: { token: string }
  /** The first page; home unless told. */
  at?: string
  viewport?: Viewport
  colorScheme?: 'light' | 'dark'
  /** A touch screen with this many pixels to a point. */
  phonePixelRatio?: number
  reducedMotion?: boolean
  /** What this page may report: requests that the test lets fail, say. Anything else fails the test. */
  expects?: RegExp
  /** Stays open from test to test; for files that look at one page many times. */
  isKept?: boolean
}

/** What Chromium reports of an answer that is no success, and of one that did not come. */
export const FAILED_REQUEST = /Failed to load resource/

export interface TestBrowser extends AsyncDisposable {
  /** A person's own browser profile, opened at the stack's pages. */
  visit(origin: string, options?: VisitOptions): Promise<Page>
  /** The next request of this page to `path` arrives, its answer does not. */
  loseAnswer(page: Page, path: string): void
  closeVisits(): Promise<void>
  /** What the pages reported, so far: errors that nobody caught, what the console calls an error, what the policy refused. */
  errors: string[]
}

/** Debian's Chromium, closed when the test ends. What a page reports fails the test. */
export async function openBrowser(t: TestContext): Promise<TestBrowser> {
  const browser = await launchBrowser()
  t.after(async () => {
    await browser[Symbol.asyncDispose]()
    assert.deepEqual(browser.errors, [])
  })
  return browser
}

/** One for all tests of a file. What a test opened is closed after it, and what its pages reported fails it. */
export async function sharedBrowser(): Promise<TestBrowser> {
  const browser = await launchBrowser()
  afterEach(async () => {
    await browser.closeVisits()
    assert.deepEqual(browser.errors.splice(0), [])
  })
  after(() => browser[Symbol.asyncDispose]())
  return browser
}

export async function launchBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  const addresses = new Map<BrowserContext, OwnAddress>()
  const kept = new Set<BrowserContext>()
  const errors: string[] = []
  const close = async (context: BrowserContext, address: OwnAddress) => {
    addresses.delete(context)
    await context.close()
    await address[Symbol.asyncDispose]()
  }
  mkdirSync(SCREENSHOTS, { recursive: true })
  return {
    errors,
    async visit(origin, options = {}) {
      const address = await openOwnAddress()
      const context = await browser.newContext({
        ...contextOptions(origin, options),
        proxy: { server: address.proxy },
      })
      addresses.set(context, address)
      if (options.isKept) kept.add(context)
      context.setDefaultTimeout(TIMEOUT_MS)
      const page = await context.newPage()
      noteReports(page, (report) => !options.expects?.test(report) && errors.push(report))
      await page.goto(options.at ?? '/')
      return page
    },
    loseAnswer(page, path) {
      addresses.get(page.context())?.loseAnswer(path)
    },
    async closeVisits() {
      const visits = [...addresses].filter(([context]) => !kept.has(context))
      await Promise.all(visits.map(([context, address]) => close(context, address)))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...addresses].map(([context, address]) => close(context, address)))
      await browser.close()
    },
  }
}

/** Chromium tells on the console what a Content Security Policy refused, and which requests failed. */
function noteReports(page: Page, note: (report: string) => void): void {
  page.on('pageerror', (error) => note(error.message))
  page.on('crash', () => note('the page crashed'))
  page.on('console', (message) => {
    if (message.type() === 'error') note(`${message.text()} (${message.location().url})`)
  })
}

function contextOptions(origin: string, given: VisitOptions): BrowserContextOptions {
  const { as, viewport = DESKTOP, colorScheme = 'light', reducedMotion = false, phonePixelRatio } = given
  const options: BrowserContextOptions = {
    viewport,
    colorScheme,
    baseURL: origin,
    locale: 'en-GB',
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  }
  if (as) options.storageState = signedIn(origin, as.token)
  return phonePixelRatio === undefined
    ? options
    : { ...options, deviceScaleFactor: phonePixelRatio, isMobile: true, hasTouch: true }
}

/** What signing in leaves in a browser: the cookie, and the hint that there is one. */
function signedIn(origin: string, token: string): Exclude<BrowserContextOptions['storageState'], string | undefined> {
  const cookie = { domain: new URL(origin).hostname, path: '/', expires: -1, secure: false }
  return {
    cookies: [{ ...cookie, name: 'mg', value: token, httpOnly: true, sameSite: 'Lax' }],
    origins: [{ origin, localStorage: [{ name: 'minigram.signedIn', value: '1' }] }],
  }
}

/** Waits until an expression is true in the page. Playwright's own waitForFunction asks a second time by eval, which our policy forbids. */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  await eventually(expression, TIMEOUT_MS, async () => (await page.evaluate(`Boolean(${expression})`)) || null)
}

export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}
