import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser } from 'playwright-core'
import { isEdgeHit } from './photo-reads.ts'

export interface SitePorts {
  lb: number
  edge: number
}

export interface PageLoad {
  /** From the navigation until every photo in view is there. */
  ms: number
  /** The document came from the cache of a PoP. */
  isHit: boolean
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
/** How long a load took says the browser itself; this is only how soon we know. */
const LOOK_MS = 100

/** A real browser in which the line that begins at each of `ports` is a host name of its own, for pages and photos alike. */
export async function openPages(ports: readonly number[], site: SitePorts) {
  if (!existsSync(CHROMIUM)) throw new Error('Chromium is not installed   try: apt-get install chromium')
  const rules = ports.flatMap((port) =>
    [site.lb, site.edge].map((named) => `MAP ${hostOf(port)}:${named} 127.0.0.1:${port}`),
  )
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    // What it keeps for its user shall not end up in the stack's state, which is HOME here.
    env: { ...process.env, HOME: tmpdir() },
    args: [...FLAGS, `--host-resolver-rules=${rules.join(', ')}`],
  })
  return {
    load: (port: number, path: string): Promise<PageLoad> =>
      loadPage(browser, `http://${hostOf(port)}:${site.lb}${path}`),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

/** Names below `test` lead nowhere else (RFC 6761). */
function hostOf(port: number): string {
  return `line${port}.minigram.test`
}

/** With an empty cache and no open connection: each context has its own. */
async function loadPage(browser: Browser, url: string): Promise<PageLoad> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(LOAD_TIMEOUT_MS)
  try {
    const page = await context.newPage()
    const document = await page.goto(url, { waitUntil: 'load', timeout: LOAD_TIMEOUT_MS })
    // Not waitForFunction: the pages' policy forbids what it does.
    for (const deadline = Date.now() + LOAD_TIMEOUT_MS; !(await page.evaluate<boolean>(IS_ALL_IN_VIEW_THERE));) {
      if (Date.now() > deadline) throw new Error(`${url}: the photos in view did not arrive in ${LOAD_TIMEOUT_MS} ms`)
      await sleep(LOOK_MS)
    }
    const ms = await page.evaluate<number>(LAST_ARRIVAL_MS)
    return { ms, isHit: isEdgeHit(document?.headers()['cache-status']) }
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
