import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** One way for one place to reach the site: the pages' port and the photos' port lead to these ports of this machine. */
export interface Way {
  name: string
  pages: number
  photos: number
}

export interface SitePorts {
  lb: number
  edge: number
}

const CHROMIUM = '/usr/bin/chromium'
/** As test/support/browser.ts: it must not try to reach anything but the stack. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const LOAD_TIMEOUT_MS = 30_000

/** A real browser in which each way has a host name of its own. Names reserved for tests (RFC 6761) lead nowhere else. */
export async function openPages(ways: readonly Way[], site: SitePorts) {
  if (!existsSync(CHROMIUM)) throw new Error('Chromium is not installed   try: apt-get install chromium')
  const rules = ways.flatMap((way, index) => [
    `MAP ${hostOf(index)}:${site.lb} 127.0.0.1:${way.pages}`,
    `MAP ${hostOf(index)}:${site.edge} 127.0.0.1:${way.photos}`,
  ])
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, `--host-resolver-rules=${rules.join(', ')}`],
  })
  return {
    /** Milliseconds from the navigation until everything that is in view is there. */
    load: (way: Way, path: string) => loadPage(browser, `http://${hostOf(ways.indexOf(way))}:${site.lb}${path}`),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

function hostOf(index: number): string {
  return `way${index}.minigram.test`
}

/** With an empty cache and no open connection: each context has its own. */
async function loadPage(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(LOAD_TIMEOUT_MS)
  try {
    const page = await context.newPage()
    await page.goto(url, { waitUntil: 'load', timeout: LOAD_TIMEOUT_MS })
    await page.waitForFunction(IS_ALL_IN_VIEW_THERE, undefined, { polling: 50 })
    return await page.evaluate<number>(LAST_ARRIVAL_MS)
  } finally {
    await context.close()
  }
}

// Texts, because they run in the page: this file's types know no document.
const IN_VIEW = `[...document.querySelectorAll('main img')].filter((image) => {
  const { top, bottom } = image.getBoundingClientRect()
  return top < innerHeight && bottom > 0
})`
const IS_ALL_IN_VIEW_THERE = `(() => {
  const images = ${IN_VIEW}
  return images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0)
})()`
const LAST_ARRIVAL_MS = `(() => {
  const inView = new Set(${IN_VIEW}.map((image) => image.currentSrc))
  const arrived = performance.getEntriesByType('resource').filter(({ name }) => inView.has(name))
  return Math.max(...arrived.map(({ responseEnd }) => responseEnd))
})()`
