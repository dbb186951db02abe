import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
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
}

export interface TestBrowser extends AsyncDisposable {
  /** A person's own browser profile, opened at the stack's pages. */
  visit(origin: string, options?: VisitOptions): Promise<Page>
  /** The next request of this page to `path` arrives, its answer does not. */
  loseAnswer(page: Page, path: string): void
  /** What the pages reported and nobody caught, so far. */
  errors: string[]
}

/** Debian's Chromium, closed when the test ends. Errors of a page fail the test that made them. */
export async function openBrowser(t: TestContext): Promise<TestBrowser> {
  const browser = await launchBrowser()
  t.after(async () => {
    await browser[Symbol.asyncDispose]()
    if (browser.errors.length > 0) throw new Error(`the page reported: ${browser.errors.join('; ')}`)
  })
  return browser
}

export async function launchBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  const contexts: BrowserContext[] = []
  const addresses = new Map<BrowserContext, OwnAddress>()
  const errors: string[] = []
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
      context.setDefaultTimeout(TIMEOUT_MS)
      contexts.push(context)
      if (options.as) {
        await context.addCookies([
          { name: 'mg', value: options.as.token, url: origin, httpOnly: true, sameSite: 'Lax' },
        ])
        await context.addInitScript("localStorage.setItem('minigram.signedIn', '1')")
      }
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto(options.at ?? '/')
      return page
    },
    loseAnswer(page, path) {
      addresses.get(page.context())?.loseAnswer(path)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(contexts.map((context) => context.close()))
      await browser.close()
      await Promise.all([...addresses.values()].map((address) => address[Symbol.asyncDispose]()))
    },
  }
}

function contextOptions(origin: string, given: VisitOptions): BrowserContextOptions {
  const { viewport = DESKTOP, colorScheme = 'light', reducedMotion = false, phonePixelRatio } = given
  const options: BrowserContextOptions = {
    viewport,
    colorScheme,
    baseURL: origin,
    locale: 'en-GB',
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  }
  return phonePixelRatio === undefined
    ? options
    : { ...options, deviceScaleFactor: phonePixelRatio, isMobile: true, hasTouch: true }
}

export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}
