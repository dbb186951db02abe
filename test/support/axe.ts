import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Fails with what axe says of the page as it stands, in light and in dark. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE)
  await becomes(page, 'light')
  assert.deepEqual(await violations(page), [], 'light')
  await becomes(page, 'dark')
  // of what axe looks at, colours alone differ
  assert.deepEqual(await violations(page, ['color-contrast']), [], 'dark')
}

/** A colour on its way from one to another is nobody's choice. */
async function becomes(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(`new Promise((resolve) => requestAnimationFrame(resolve))
    .then(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)))
    .then(() => undefined)`)
}

function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // off by default, for its rule of WCAG is younger than the others
  const targets = { 'target-size': { enabled: true } }
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : { rules: targets }) }
  return page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 160) + ' ' + node.failureSummary)))`)
}
