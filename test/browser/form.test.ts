import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { sharedBrowser, untilTrue, type VisitOptions } from '../support/browser.ts'
import { publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { jpeg } from '../support/pictures.ts'
import { newPerson, stack } from '../support/stack.ts'

const WIDTHS_PX = [360, 768, 1200, 2560]
/** WCAG 2.2's least target; axe measures the rest in accessibility.test.ts. */
const TARGET_MIN_PX = 24
const browser = await sharedBrowser()
let ann: Person
let photo: PhotoCard

before(async () => {
  ann = await newPerson('for')
  const [first] = await publishesPhotos(ann, ['one', 'two', 'three'])
  photo = first ?? assert.fail('no photo')
})

const visit = (at: string, options: VisitOptions = {}) => browser.visit(stack.lb, { at, as: ann, ...options })

/** Presses Tab until it is there. Wherever focus stands on the way, it is to be seen. */
async function tabsTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < 80; step++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate<{ html: string; outline: string; heightPx: number } | null>(`{
      const element = document.activeElement, { outlineStyle } = getComputedStyle(element);
      element === document.body ? null
        : { html: element.outerHTML.slice(0, 90), outline: outlineStyle, heightPx: element.getBoundingClientRect().height }
    }`)
    // past the end of the page, where the browser's own buttons would be
    if (at === null) continue
    assert.notEqual(at.outline, 'none', at.html)
    assert.ok(at.heightPx >= TARGET_MIN_PX, `${at.html} is ${at.heightPx} px high`)
    if (await isFocused(target)) return
  }
  assert.fail(`Tab does not lead to ${String(target)}`)
}

const isFocused = async (target: Locator) => (await target.and(target.page().locator(':focus')).count()) > 0

test('by keyboard alone a photo is liked, talked about, opened and left again', async () => {
  const page = await visit('/')
  const card = page.getByRole('article').first()
  const menu = card.getByRole('button', { name: 'More about this photo' })
  await card.waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to content')
  await page.keyboard.press('Enter')
  await untilTrue(page, "document.activeElement.id === 'main'")
  await tabsTo(page, menu)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Copy link' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.ok(await isFocused(menu), 'focus goes back to where it came from')
  await tabsTo(page, card.getByRole('button', { name: /^Like, / }))
  await page.keyboard.press('Space')
  await card.getByRole('button', { name: 'Like, 1 like', pressed: true }).waitFor()
  await tabsTo(page, card.getByRole('button', { name: /^Comments, / }))
  await page.keyboard.press('Enter')
  await tabsTo(page, card.getByLabel('Write a comment'))
  await page.keyboard.type('By keys')
  await page.keyboard.press('Enter')
  await card.getByRole('listitem').filter({ hasText: 'By keys' }).waitFor()
  await card
    .getByRole('link')
    .filter({ has: page.getByRole('img') })
    .focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/photos/*')
  await untilTrue(page, "document.activeElement.id === 'main'")
})

test('by keyboard alone a photo is published', async () => {
  const page = await visit('/upload')
  // Before the way there: the browser is told to hand choosers over, and a key pressed at once could come sooner.
  const asked = page.waitForEvent('filechooser')
  await tabsTo(page, page.getByRole('button', { name: 'Choose photos' }).first())
  await page.keyboard.press('Enter')
  await (await asked).setFiles({ name: 'keys.jpg', mimeType: 'image/jpeg', buffer: await jpeg('keys') })
  await tabsTo(page, page.getByLabel('Caption'))
  await page.keyboard.type('Without a mouse')
  await tabsTo(page, page.getByRole('button', { name: 'Publish photo' }))
  await page.keyboard.press('Enter')
  await tabsTo(page, page.getByRole('link', { name: 'See the photo' }))
  await page.keyboard.press('Enter')
  await page.waitForURL('**/photos/*')
  await page.getByText('Without a mouse').first().waitFor()
})

test('from 360 to 2560 pixels nothing reaches beyond the page, from the left or from the right, and each page has its name', async () => {
  const page = await visit('/robots.txt')
  const titles = new Set<string>()
  const places = ['/', '/explore', `/@${ann.username}`, `/@${ann.username}/followers`, `/photos/${photo.id}`]
  const pages = [...places, '/search', '/settings', '/upload', '/nowhere']
  for (const at of pages) {
    await page.goto(at)
    await page.getByRole('main').locator(':scope > *').first().waitFor()
    titles.add(await page.title())
    for (const direction of ['ltr', 'rtl']) {
      await page.evaluate(`document.documentElement.dir = '${direction}'`)
      for (const width of WIDTHS_PX) {
        await page.setViewportSize({ width, height: 900 })
        const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        assert.ok(beyond <= 0, `${at}, ${direction}, at ${width}: ${beyond} px too wide`)
      }
    }
  }
  assert.equal(titles.size, pages.length, [...titles].join(', '))
})

test('from right to left the arrow keys follow the eye', async () => {
  const page = await visit(`/@${ann.username}`)
  await page.evaluate("document.documentElement.dir = 'rtl'")
  await page.getByRole('img', { name: 'A colour that says two' }).click()
  await page.getByRole('link', { name: 'Next photo' }).waitFor()
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL(`**/photos/${photo.id}`)
})

test('who wants less motion gets none', async () => {
  for (const reducedMotion of [false, true]) {
    const page = await visit('/robots.txt', { reducedMotion })
    // held, so that skeletons stand
    await page.route('**/api/feed', () => undefined)
    await page.goto('/')
    await page.getByRole('status').filter({ hasText: 'Loading your feed…' }).waitFor()
    const longestMs = await page.evaluate<number>(
      'Math.max(...document.getAnimations().map((animation) => animation.effect.getTiming().duration))',
    )
    if (reducedMotion) assert.ok(longestMs < 1, `${longestMs} ms`)
    else assert.ok(longestMs > 100, 'skeletons breathe for everybody else')
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  }
})
