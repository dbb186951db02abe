import { setTimeout as sleep } from 'node:timers/promises'
import { startChromium, type Chromium } from './chromium.ts'
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

const SCREEN = { width: 1_280, height: 800 }
const LOAD_TIMEOUT_MS = 30_000
/** How long a load took says the browser itself; this is only how soon we know. */
const LOOK_MS = 100

/** A real browser in which the line that begins at each of `ports` is a host name of its own, for pages and photos alike. */
export async function openPages(ports: readonly number[], site: SitePorts) {
  const rules = ports.flatMap((port) =>
    [site.lb, site.edge].map((named) => `MAP ${hostOf(port)}:${named} 127.0.0.1:${port}`),
  )
  const browser = await startChromium([`--host-resolver-rules=${rules.join(', ')}`])
  return {
    load: (port: number, path: string): Promise<PageLoad> =>
      loadPage(browser, `http://${hostOf(port)}:${site.lb}${path}`),
    [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
  }
}

/** Names below `test` lead nowhere else (RFC 6761). */
function hostOf(port: number): string {
  return `line${port}.minigram.test`
}

/** With an empty cache and no open connection: each context has its own. */
async function loadPage(browser: Chromium, url: string): Promise<PageLoad> {
  const context = await browser.send<{ browserContextId: string }>('Target.createBrowserContext')
  try {
    const target = { url: 'about:blank', ...context, ...SCREEN }
    const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', target)
    const attached = { targetId, flatten: true }
    const { sessionId } = await browser.send<{ sessionId: string }>('Target.attachToTarget', attached)
    const evaluate = async <Value>(expression: string): Promise<Value> => {
      const asked = { expression, returnByValue: true, awaitPromise: true }
      const { result } = await browser.send<{ result: { value: Value } }>('Runtime.evaluate', asked, sessionId)
      return result.value
    }
    const shown = { ...SCREEN, deviceScaleFactor: 1, mobile: false }
    await browser.send('Emulation.setDeviceMetricsOverride', shown, sessionId)
    const { errorText } = await browser.send<{ errorText?: string }>('Page.navigate', { url }, sessionId)
    if (errorText) throw new Error(`${url}: ${errorText}`)
    for (const deadline = Date.now() + LOAD_TIMEOUT_MS; !(await evaluate<boolean>(IS_ALL_IN_VIEW_THERE));) {
      if (Date.now() > deadline) throw new Error(`${url}: the photos in view did not arrive in ${LOAD_TIMEOUT_MS} ms`)
      await sleep(LOOK_MS)
    }
    const ms = await evaluate<number>(LAST_ARRIVAL_MS)
    return { ms, isHit: isEdgeHit((await evaluate<string | null>(CACHE_STATUS)) ?? undefined) }
  } finally {
    await browser.send('Target.disposeBrowserContext', context)
  }
}

// Texts, because they run in the page: this file's types know no document.
const IN_VIEW = `[...document.querySelectorAll('main img')].filter((image) => {
  const { top, bottom } = image.getBoundingClientRect()
  return top < innerHeight && bottom > 0
})`
const IS_ALL_IN_VIEW_THERE = `(() => {
  const images = ${IN_VIEW}
  const isThere = (image) => image.complete && image.naturalWidth > 0
  return document.readyState === 'complete' && images.length > 0 && images.every(isThere)
})()`
const LAST_ARRIVAL_MS = `(() => {
  const inView = new Set(${IN_VIEW}.map((image) => image.currentSrc))
  const arrived = performance.getEntriesByType('resource').filter(({ name }) => inView.has(name))
  return Math.max(...arrived.map(({ responseEnd }) => responseEnd))
})()`
/** Of the document as the browser has it in its cache: nothing is asked for again. */
const CACHE_STATUS = `fetch(location.href, { cache: 'only-if-cached', mode: 'same-origin' }).then(
  ({ headers }) => headers.get('cache-status'),
  () => null,
)`
