import type { CachedKind, Database } from '../../platform/consistency.ts'
import { countIds } from '../../platform/ids.ts'
import type { Viewer } from '../../platform/viewer.ts'
import * as queries from './followees.queries.ts'

/** 18 kB of ids; whether an account with more follows one of its older followees is asked of the tables. */
const KNOWN_MAX = 500

/** By account: `*` when these are all whom it follows and `+` when there are more, then the ids, the newest follow first. */
export const followees: CachedKind = {
  name: 'followees',
  ttlSeconds: 300,
  memorySeconds: 300,
  async load(db, accountIds) {
    const rows = await queries.newestFollowees(db, accountIds, KNOWN_MAX)
    return new Map(rows.map(({ account_id: id, ids }) => [id, (countIds(ids) < KNOWN_MAX ? '*' : '+') + ids]))
  },
}

/** Which of these accounts the viewer follows; none for a visitor. Cost: nothing or one round trip; a query only for who follows more than are kept. */
export async function followedAmong(
  db: Database,
  viewer: Viewer,
  accountIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (!viewer.account || accountIds.length === 0) return new Set()
  const viewerId = viewer.account.id
  const [known = '*'] = await db.cached(viewer, followees, [viewerId])
  const followed = new Set(accountIds.filter((id) => known.includes(id)))
  const isAll = known.startsWith('*') || followed.size === accountIds.length
  return isAll ? followed : db.read(viewer, (db) => queries.followeesAmong(db, viewerId, accountIds))
}
