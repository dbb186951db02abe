import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { DESKTOP, openBrowser, PHONE, screenshot } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { PASSWORD } from '../support/person.ts'
import { somePhoto, stack } from '../support/stack.ts'

async function signUp(page: Page, username: string): Promise<void> {
  await page.goto('/sign-up')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.locator('form').getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home', exact: true }).waitFor()
}

test(
  'a photo of one person is found, liked and talked about by another, and deleted again',
  { timeout: 180_000 },
  async (t) => {
    const browser = await openBrowser(t)
    const run = Date.now().toString(36)
    const [ann, bob] = [`ann_${run}`, `bob_${run}`]

    const author = await browser.visit(stack.lb, { viewport: DESKTOP })
    await signUp(author, ann)
    await author.goto('/upload')
    const photo = { name: 'mountain.jpg', mimeType: 'image/jpeg', buffer: await somePhoto() }
    await author.locator('input[type=file]').first().setInputFiles(photo)
    await author.getByLabel('Caption').fill('Late light')
    await author.getByLabel('Description').fill('A hillside in the evening')
    await screenshot(author, 'upload-described')
    await author.getByRole('button', { name: 'Publish photo' }).click()
    await author.getByRole('link', { name: 'See it in your feed' }).click()
    const own = author.getByRole('article').filter({ hasText: 'Late light' })
    await own.getByRole('img', { name: 'A hillside in the evening' }).waitFor()
    await screenshot(author, 'home-of-author')

    const friend = await browser.visit(stack.lb, { viewport: PHONE, colorScheme: 'dark' })
    await signUp(friend, bob)
    await friend.goto(`/@${ann}`)
    const follow = friend.getByRole('button', { name: `Follow ${ann}` })
    await follow.click()
    await friend.getByRole('button', { name: `Following ${ann}` }).waitFor()
    await screenshot(friend, 'profile-phone-dark')
    await friend.goto('/')
    const seen = friend.getByRole('article').filter({ hasText: 'Late light' })
    await seen
      .getByRole('button', { name: 'Like, no likes' })
      .or(seen.getByRole('button', { name: /^Like, / }))
      .click()
    await seen.getByRole('button', { name: 'Like, 1 like' }).waitFor()
    await seen.getByRole('button', { name: /^Comments, / }).click()
    await seen.getByLabel('Write a comment').fill('Where is this?')
    await seen.getByRole('button', { name: 'Post' }).click()
    await seen.getByText('Where is this?').waitFor()
    await screenshot(friend, 'home-phone-dark')

    // To those who did not like it, a number may be a second late.
    await eventually('the author sees the like', 20_000, async () => {
      await author.reload()
      return own
        .getByRole('button', { name: 'Like, 1 like' })
        .waitFor({ timeout: 2_000 })
        .then(() => true)
    })
    await own.getByRole('button', { name: 'More about this photo' }).click()
    await author.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await author.getByRole('button', { name: 'Delete photo' }).click()
    await own.waitFor({ state: 'detached' })
    await friend.reload()
    await friend.getByRole('main').waitFor()
    assert.equal(await seen.count(), 0)
  },
)
