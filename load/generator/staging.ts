import { setTimeout as sleep } from 'node:timers/promises'
import type { Profile } from '../../src/contract/accounts.ts'
import { textOf } from './answer-reader.ts'
import type { Ask, Browser } from './browser.ts'

// What is done before and after runs, and is no part of them.

const AT_ONCE = 8
/** What an account may write in a minute is used up where an overload had few accounts to share. */
const ROUNDS_MAX = 75
const PAUSE_MS = 1_000

/** All of them follow `username`. @returns those who did not before */
export async function followAll(browsers: readonly Browser[], username: string): Promise<Browser[]> {
  const newly: Browser[] = []
  await eachOf(browsers, async (browser) => {
    if (browser.username === username) return true
    const answer = await browser.ask(plain('GET', `/api/accounts/${username}`, 200))
    if (answer === null) return false
    const { viewer } = JSON.parse(textOf(answer)) as Profile
    if (viewer?.follows === true) return true
    if ((await browser.ask(plain('PUT', `/api/accounts/${username}/follow`, 200))) === null) return false
    newly.push(browser)
    return true
  })
  return newly
}

export async function endFollows(browsers: readonly Browser[], username: string): Promise<void> {
  await eachOf(
    browsers,
    async (browser) => (await browser.ask(plain('DELETE', `/api/accounts/${username}/follow`, 200))) !== null,
  )
}

export async function deleteUploads(uploads: readonly { browser: Browser; id: string }[]): Promise<void> {
  await eachOf(
    uploads,
    async ({ browser, id }) => (await browser.ask(plain('DELETE', `/api/photos/${id}`, 204))) !== null,
  )
}

function plain(method: Ask['method'], path: string, expectedStatus: number): Ask {
  const sinceMs = performance.now()
  return { kind: 'staging', origin: 'lb', method, path, keepsBody: true, expectedStatus, sinceMs, check: () => null }
}

/** A few at a time; what does not succeed is tried again after a pause. @throws Error when some never do */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<boolean>): Promise<void> {
  let left = [...items]
  for (let round = 1; left.length > 0; round++) {
    const [queue, failed] = [left, [] as Item[]]
    const take = async () => {
      for (let item = queue.pop(); item !== undefined; item = queue.pop()) if (!(await work(item))) failed.push(item)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, take))
    left = failed
    if (left.length > 0 && round === ROUNDS_MAX) throw new Error(`${left.length} of ${items.length} requests failed`)
    if (left.length > 0) await sleep(PAUSE_MS)
  }
}
