import type { AccountCard } from '../../contract/accounts.ts'
import { PAGE_LIMIT_MAX } from '../../contract/limits.ts'
import type { CachedKind, Database } from '../../platform/consistency.ts'
import { bornAtMs, splitIds } from '../../platform/ids.ts'
import type { Viewer } from '../../platform/viewer.ts'
import { accountCards } from '../accounts/accounts.service.ts'
import { followedAmong } from '../accounts/followees.service.ts'
import { searchAccounts } from './search.queries.ts'

/** Ids of the best matches, by what was typed. It is not told of new names: they are found within a minute, and at once by whose they are. */
const matches: CachedKind = {
  name: 'search',
  ttlSeconds: 60,
  memorySeconds: 10,
  load: async (db, typed) =>
    new Map(
      await Promise.all(typed.map(async (q) => [q, (await searchAccounts(db, q, PAGE_LIMIT_MAX)).join()] as const)),
    ),
}

/** An `AccountPage` as JSON. Who was deleted or suspended since is left out, since the cards are right at once. */
export async function searchPage(db: Database, viewer: Viewer, q: string, limit: number): Promise<string> {
  const ids = isNew(viewer) ? await ownMatches(db, viewer, q) : await cachedMatches(db, viewer, q)
  const shown = ids.slice(0, limit)
  const [cards, followed] = await Promise.all([
    db.cached(viewer, accountCards, shown),
    followedAmong(db, viewer, shown),
  ])
  const items = cards.filter((card) => card !== undefined).join()
  const follows = shown.flatMap((id, at) => (followed.has(id) ? usernameIn(cards[at]) : []))
  return `{"items":[${items}],"nextCursor":null,"viewer":{"follows":${JSON.stringify(follows)}}}`
}

/** Whose own name what is cached may not have yet. Whoever took another name reads past it (`after.outdate`). */
function isNew({ account }: Viewer): boolean {
  return account !== null && Date.now() - bornAtMs(account.id) < matches.ttlSeconds * 1_000
}

async function cachedMatches(db: Database, viewer: Viewer, q: string): Promise<string[]> {
  const [found = ''] = await db.cached(viewer, matches, [q.toLowerCase()])
  return splitIds(found)
}

function ownMatches(db: Database, viewer: Viewer, q: string): Promise<string[]> {
  return db.read(viewer, (db) => searchAccounts(db, q, PAGE_LIMIT_MAX))
}

function usernameIn(card: string | undefined): string[] {
  // What `accountCards` holds.
  return card ? [(JSON.parse(card) as AccountCard).username] : []
}
