import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import lighthouse from 'lighthouse'
import { chromium } from 'playwright-core'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { CHROMIUM, FLAGS } from '../support/browser.ts'
import type { Person } from '../support/person.ts'
import { eventually, newPerson, REPO_DIR, somePhoto, stack } from '../support/stack.ts'

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const MIN_SCORE = 0.95
type Scores = Record<(typeof CATEGORIES)[number], number>
/** The machine is shared, so performance is the median of these. */
const RUNS = 3
const REPORTS = join(REPO_DIR, 'test-results/lighthouse')
const PHOTOS = 6

let author: Person
let photo: PhotoCard

before(async () => {
  author = await newPerson('lia')
  await author.send('PATCH', '/api/accounts/me', { displayName: 'Lia Moreau', bio: 'Hills and weather.' })
  for (let seed = 1; seed <= PHOTOS; seed++) {
    const answer = await author.uploads<PhotoCard>('/api/photos', await somePhoto('none', seed), {
      fields: { caption: `Walk ${seed}`, altText: 'A drawn landscape' },
    })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    photo = await eventually('the photo is ready', 60_000, async () => {
      const { body } = await author.get(`/api/photos/${answer.body.id}`)
      return body.status === 'ready' ? body : null
    })
  }
})

for (const { name, path, isSignedIn = false } of [
  { name: 'explore', path: () => '/explore' },
  { name: 'profile', path: () => `/@${author.username}` },
  { name: 'photo', path: () => `/photos/${photo.id}` },
  { name: 'home', path: () => '/', isSignedIn: true },
]) {
  test(`Lighthouse gives the ${name} page at least 95 in everything, on a phone`, { timeout: 240_000 }, async () => {
    const runs: Scores[] = []
    for (let run = 0; run < RUNS; run++) runs.push(await audit(name, stack.lb + path(), isSignedIn ? author : null))
    const scores = Object.fromEntries(
      CATEGORIES.map((category) => [category, median(runs.map((run) => run[category]))]),
    )
    console.log(
      `${name}: ${CATEGORIES.map((category) => `${category} ${Math.round((scores[category] ?? 0) * 100)}`).join(', ')}`,
    )
    for (const category of CATEGORIES) assert.ok((scores[category] ?? 0) >= MIN_SCORE, `${category}: see ${REPORTS}`)
  })
}

/** One run with Lighthouse's own mobile profile: slow 4G and a processor four times slower, simulated. */
async function audit(name: string, url: string, person: Person | null): Promise<Scores> {
  const profile = mkdtempSync(join(tmpdir(), 'minigram-lighthouse-'))
  const port = await freePort()
  const args = [...FLAGS, `--remote-debugging-port=${port}`]
  const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args })
  try {
    if (person) {
      await context.addCookies([{ name: 'mg', value: person.token, url: stack.lb, httpOnly: true, sameSite: 'Lax' }])
      const [page = await context.newPage()] = context.pages()
      await page.goto(`${stack.lb}/robots.txt`)
      await page.evaluate("localStorage.setItem('minigram.signedIn', '1')")
    }
    const result = await lighthouse(url, {
      port,
      output: 'html',
      logLevel: 'error',
      onlyCategories: [...CATEGORIES],
      // the session stays; the browser is new each time anyway
      disableStorageReset: true,
    })
    assert.ok(result, 'Lighthouse said nothing')
    mkdirSync(REPORTS, { recursive: true })
    writeFileSync(join(REPORTS, `${name}.html`), String(result.report))
    const { audits, categories } = result.lhr
    const shown = [
      'first-contentful-paint',
      'largest-contentful-paint',
      'total-blocking-time',
      'cumulative-layout-shift',
    ]
    console.log(`  ${name}: ${shown.map((id) => `${id} ${audits[id]?.displayValue}`).join(', ')}`)
    const scoreOf = (category: string) => categories[category]?.score ?? 0
    return {
      performance: scoreOf('performance'),
      accessibility: scoreOf('accessibility'),
      'best-practices': scoreOf('best-practices'),
      seo: scoreOf('seo'),
    }
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
