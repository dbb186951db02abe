import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { REPO_DIR } from './stack.ts'

/** Pictures of the pages stay here after a run; git ignores them. */
export const SCREENSHOTS = join(REPO_DIR, 'test-results/screenshots')

/** Chromium must not try to reach anything but the stack. */
const FLAGS = [
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

export interface TestBrowser {
  /** A person's own browser profile, opened at the stack's pages. */
  visit(origin: string, options?: { viewport?: Viewport; colorScheme?: 'light' | 'dark' }): Promise<Page>
}

/** Debian's Chromium, closed when the test ends. Errors of a page fail the test that made them. */
export async function openBrowser(t: TestContext): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  const contexts: BrowserContext[] = []
  const errors: string[] = []
  t.after(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    await browser.close()
    if (errors.length > 0) throw new Error(`the page reported: ${errors.join('; ')}`)
  })
  mkdirSync(SCREENSHOTS, { recursive: true })
  return {
    async visit(origin, { viewport = DESKTOP, colorScheme = 'light' } = {}) {
      const context = await browser.newContext({ viewport, colorScheme, baseURL: origin, locale: 'en-GB' })
      context.setDefaultTimeout(20_000)
      contexts.push(context)
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto('/')
      return page
    },
  }
}

export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}
