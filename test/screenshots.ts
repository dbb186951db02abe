import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import type { OperatorActPage } from '../src/contract/moderation.ts'
import type { PhotoPage } from '../src/contract/photos.ts'
import { REPORT_REASONS } from '../src/contract/report-reasons.ts'
import { DESKTOP, launchBrowser, PHONE, SCREENSHOTS, untilTrue } from './support/browser.ts'
import { minigram, REPO_DIR, somePhoto, stack } from './support/stack.ts'

/**
 * `npm run screenshots [-- NAME…]`: every page of the running, seeded stack, light and dark, phone and desktop, into
 * test-results/screenshots; the few that README shows into docs/screenshots, which were made with Debian's fonts-inter
 * installed. MINIGRAM_PORT_OFFSET names the stack.
 */
const IN_README = new Set([
  'explore-desktop-dark',
  'home-phone-light',
  'photo-phone-dark',
  'profile-phone-light',
  'crop-phone-dark',
  'profile-desktop-light',
  'ops-desktop-light',
])
const README_DIR = join(REPO_DIR, 'docs/screenshots')
const README_MAX_BYTES = 150_000
const PASSWORD = 'minigram-demo'
const PEOPLE = ['ada', 'grace', 'alan', 'hedy']

type As = 'visitor' | 'member' | 'operator'
interface Shot {
  name: string
  path: string
  as?: As
  /** What is done to the page before the picture is taken. */
  prepare?: (page: Page) => Promise<unknown>
}

const [me = 'ada', friend = 'grace', other = 'alan', operator = 'hedy'] = PEOPLE
const tokens: Record<As, string | null> = {
  visitor: null,
  member: await signIn(me),
  operator: await signIn(operator),
}
const photoId = await likedPhotoOf(friend)
const suspended = await prepareOperatorsWork()
const shots: Shot[] = [
  { name: 'home', path: '/', as: 'member' },
  {
    name: 'home-talk',
    path: '/',
    as: 'member',
    prepare: async (page) => {
      await page
        .getByRole('button', { name: /^Comments, [1-9]/ })
        .first()
        .click()
      await page.getByLabel('Write a comment').first().waitFor()
    },
  },
  { name: 'explore', path: '/explore', as: 'member' },
  { name: 'welcome', path: '/' },
  { name: 'photo', path: `/photos/${photoId}`, as: 'member' },
  { name: 'profile', path: `/@${friend}`, as: 'member' },
  { name: 'followers', path: `/@${friend}/followers`, as: 'member' },
  {
    name: 'search',
    path: '/search',
    as: 'member',
    prepare: (page) => page.getByRole('searchbox').fill('a'),
  },
  { name: 'settings', path: '/settings', as: 'member' },
  { name: 'settings-data', path: '/settings', as: 'member', prepare: archiveIsReady },
  { name: 'upload', path: '/upload', as: 'member' },
  { name: 'upload-queue', path: '/upload', as: 'member', prepare: chooseFiles },
  {
    name: 'crop',
    path: '/upload',
    as: 'member',
    prepare: async (page) => {
      await chooseFiles(page)
      await page.getByRole('button', { name: 'Crop or rotate' }).first().click()
      await page.getByRole('button', { name: 'Rotate' }).waitFor()
    },
  },
  {
    name: 'photo-menu',
    path: `/photos/${photoId}`,
    as: 'member',
    prepare: (page) => page.getByRole('button', { name: 'More about this photo' }).click(),
  },
  {
    name: 'report',
    path: `/photos/${photoId}`,
    as: 'member',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'More about this photo' }).click()
      await page.getByRole('button', { name: 'Report…' }).click()
      await page.getByLabel('Spam or advertising').check()
    },
  },
  { name: 'ops', path: '/ops', as: 'operator' },
  { name: 'ops-settled', path: '/ops?state=settled', as: 'operator' },
  { name: 'ops-history', path: '/ops/acts', as: 'operator' },
  { name: 'ops-photo', path: `/ops/photos/${photoId}`, as: 'operator' },
  {
    name: 'ops-hide',
    path: `/ops/photos/${photoId}`,
    as: 'operator',
    prepare: (page) => page.getByRole('button', { name: 'Hide photo…' }).click(),
  },
  { name: 'ops-account', path: `/ops/accounts/${friend}`, as: 'operator' },
  { name: 'ops-suspended', path: `/ops/accounts/${suspended}`, as: 'operator' },
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
    for (const [as, token] of Object.entries(tokens)) {
      const page = await browser.visit(stack.lb, {
        viewport,
        colorScheme,
        ...(token === null ? {} : { as: { token } }),
        ...(size === 'phone' ? { phonePixelRatio: 2 } : {}),
      })
      const ofThis = shots.filter((shot) => (shot.as ?? 'visitor') === as && isWanted(shot.name))
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

/** A few reports, one of them settled, and a suspended account; once, however often this runs. */
async function prepareOperatorsWork(): Promise<string> {
  const { code, stderr } = await minigram('operator', operator)
  if (code !== 0) throw new Error(stderr)
  const { items: acts } = await send<OperatorActPage>(tokens.operator, 'GET', '/api/ops/acts')
  const before = acts.find(({ act }) => act === 'account.suspend')
  if (before) return before.target
  const reporters = [await signIn(other), tokens.operator]
  const [hidden, ...open] = await exploredPhotos(6)
  for (const [index, id] of [photoId, ...open].entries()) {
    const reason = REPORT_REASONS[index % REPORT_REASONS.length]
    const text = index === 0 ? 'The same advertisement stands under ten other photos.' : ''
    for (const token of reporters.slice(0, 1 + (index % 2)))
      await send(token, 'POST', `/api/photos/${id}/report`, { reason, text })
  }
  await send(tokens.member, 'POST', `/api/photos/${hidden}/report`, { reason: 'other', text: 'It is a copy.' })
  await send(tokens.operator, 'PUT', `/api/ops/photos/${hidden}/hidden`, { reason: 'Somebody else made this photo.' })
  const first = (await usernames()).find((name) => !PEOPLE.includes(name)) ?? ''
  await send(tokens.operator, 'PUT', `/api/ops/accounts/${first}/suspended`, { reason: 'Nothing but advertisements.' })
  return first
}

async function exploredPhotos(count: number): Promise<string[]> {
  const { items } = await send<{ items: { id: string; author: { username: string } }[] }>(
    tokens.operator,
    'GET',
    `/api/explore?limit=30`,
  )
  return items
    .filter(({ author }) => !PEOPLE.includes(author.username))
    .slice(0, count)
    .map(({ id }) => id)
}

async function usernames(): Promise<string[]> {
  const { items } = await send<{ items: { username: string }[] }>(
    tokens.operator,
    'GET',
    `/api/accounts/${friend}/followers`,
  )
  return items.map(({ username }) => username)
}

async function archiveIsReady(page: Page): Promise<void> {
  const section = page.getByRole('region', { name: 'Your data' })
  const download = section.getByRole('link', { name: /^Download/ })
  await section.getByRole('button').or(download).first().waitFor()
  if (!(await download.isVisible())) await section.getByRole('button').first().click()
  await download.waitFor()
  await section.scrollIntoViewIfNeeded()
}

async function chooseFiles(page: Page): Promise<void> {
  const buffer = await somePhoto('jpg-plain-*.jpg')
  const files = [
    { name: 'evening.jpg', mimeType: 'image/jpeg', buffer },
    { name: 'notes.pdf', mimeType: 'application/pdf', buffer },
  ]
  await page.getByLabel('Choose photos').last().setInputFiles(files)
  await page.getByLabel('Caption').first().fill('The last light over the hills')
}

async function send<Body>(token: string | null, method: string, path: string, body?: unknown): Promise<Body> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  const answer = await fetch(stack.lb + path, init)
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Body
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

/** The photo of this person that has the most to show, and on a phone leaves room for it. */
async function likedPhotoOf(username: string): Promise<string> {
  const answer = await fetch(`${stack.lb}/api/accounts/${username}/photos?limit=50`)
  const { items } = (await answer.json()) as PhotoPage
  const [best] = items
    .filter(({ width, height }) => width > height)
    .toSorted((a, b) => b.commentCount * 20 + b.likeCount - a.commentCount * 20 - a.likeCount)
  if (!best) throw new Error(`${username} has no photo`)
  return best.id
}
