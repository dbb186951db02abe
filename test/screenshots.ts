import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { DESKTOP, launchBrowser, PHONE, SCREENSHOTS, untilTrue } from './support/browser.ts'
import { REPO_DIR, stack } from './support/stack.ts'

/**
 * `npm run screenshots [-- NAME…]`: every page of the running, seeded stack, light and dark, phone and desktop, into
 * test-results/screenshots; the few that README shows into docs/screenshots. MINIGRAM_PORT_OFFSET names the stack.
 */
const IN_README = new Set(['home-desktop-light', 'photo-desktop-light', 'profile-phone-dark', 'explore-desktop-dark'])
const README_DIR = join(REPO_DIR, 'docs/screenshots')
const README_MAX_BYTES = 150_000
const PASSWORD = 'minigram-demo'
const PEOPLE = ['ada', 'grace', 'alan', 'hedy']

interface Shot {
  name: string
  path: string
  isSignedIn?: boolean
  /** What is done to the page before the picture is taken. */
  prepare?: (page: Page) => Promise<unknown>
}

const [me = 'ada', friend = 'grace'] = PEOPLE
const token = await signIn(me)
const photoId = await likedPhotoOf(friend)
const shots: Shot[] = [
  { name: 'home', path: '/', isSignedIn: true },
  {
    name: 'home-talk',
    path: '/',
    isSignedIn: true,
    prepare: async (page) => {
      await page
        .getByRole('button', { name: /^Comments, [1-9]/ })
        .first()
        .click()
      await page.getByLabel('Write a comment').first().waitFor()
    },
  },
  { name: 'explore', path: '/explore', isSignedIn: true },
  { name: 'welcome', path: '/' },
  { name: 'photo', path: `/photos/${photoId}`, isSignedIn: true },
  { name: 'profile', path: `/@${friend}`, isSignedIn: true },
  { name: 'followers', path: `/@${friend}/followers`, isSignedIn: true },
  {
    name: 'search',
    path: '/search',
    isSignedIn: true,
    prepare: (page) => page.getByRole('searchbox').fill('a'),
  },
  { name: 'settings', path: '/settings', isSignedIn: true },
  { name: 'upload', path: '/upload', isSignedIn: true },
  { name: 'sign-in', path: '/sign-in' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'not-found', path: '/nowhere' },
]

const wanted = process.argv.slice(2)
await using browser = await launchBrowser()
mkdirSync(README_DIR, { recursive: true })
for (const [size, viewport] of [
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const as of [{ token }, undefined]) {
      const page = await browser.visit(stack.lb, {
        viewport,
        colorScheme,
        ...(as ? { as } : {}),
        ...(size === 'phone' ? { phonePixelRatio: 2 } : {}),
      })
      const ofThis = shots.filter(({ name, isSignedIn = false }) => isSignedIn === !!as && isWanted(name))
      for (const shot of ofThis) await take(page, shot, `${shot.name}-${size}-${colorScheme}`)
      await page.context().close()
    }
  }
}
if (browser.errors.length > 0) throw new Error(`the pages reported: ${browser.errors.join('; ')}`)

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name)
}

async function take(page: Page, { path, prepare }: Shot, name: string): Promise<void> {
  await page.goto(path)
  await prepare?.(page)
  await settled(page)
  const png = await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
  if (IN_README.has(name)) await keepForReadme(png, name)
}

/** Skeletons gone, every picture that is in sight shown. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await untilTrue(
    page,
    '[...document.images].every((img) => img.complete || img.getBoundingClientRect().top > innerHeight)',
  )
  // pictures fade in
  await page.waitForTimeout(400)
}

/** WebP at the best quality that stays under the limit. */
async function keepForReadme(png: Buffer, name: string): Promise<void> {
  const file = join(README_DIR, `${name}.webp`)
  for (let quality = 86; quality > 20; quality -= 6) {
    await sharp(png).webp({ quality, effort: 6 }).toFile(file)
    if (statSync(file).size < README_MAX_BYTES) return
  }
  throw new Error(`${name} does not fit into ${README_MAX_BYTES} bytes`)
}

async function signIn(username: string): Promise<string> {
  const answer = await fetch(`${stack.lb}/api/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }),
  })
  if (!answer.ok) throw new Error(`${username} cannot sign in: first \`./minigram seed --people 120\``)
  return ((await answer.json()) as { token: string }).token
}

/** The photo of this person that has the most to show. */
async function likedPhotoOf(username: string): Promise<string> {
  const answer = await fetch(`${stack.lb}/api/accounts/${username}/photos?limit=50`)
  const { items } = (await answer.json()) as { items: { id: string; likeCount: number; commentCount: number }[] }
  const [best] = items.toSorted((a, b) => b.commentCount * 5 + b.likeCount - a.commentCount * 5 - a.likeCount)
  if (!best) throw new Error(`${username} has no photo`)
  return best.id
}
