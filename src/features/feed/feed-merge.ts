import type { Recent } from '../photos/photo-cards.service.ts'
import type { FeedList } from './feed-lists.ts'

/** More than any id. */
const NOTHING_KNOWN = '~'

/**
 * The newest `limit` ids after `before` of a list and of accounts that are merged at read, and which came that way. Null where these do not reach far enough: below the oldest id that a cut source knows,
 * another of its photos may stand.
 */
export function mergeIds(
  list: Pick<FeedList, 'ids' | 'isEnd'>,
  recent: readonly Recent[],
  { before, limit }: { before: string | null; limit: number },
): { ids: string[]; pulled: Set<string> } | null {
  let floor = list.isEnd ? '' : (list.ids.at(-1) ?? NOTHING_KNOWN)
  const pulled = new Set<string>()
  for (const { ids, isAll } of recent) {
    // Most have published nothing as new as this page: their newest id says so.
    const [newest] = ids
    if (newest === undefined || newest < floor) continue
    if (!isAll) floor = max(floor, ids.at(-1) ?? '')
    for (const id of ids) if (id >= floor && (before === null || id < before)) pulled.add(id)
  }
  if (pulled.size === 0) {
    const ids = list.ids.filter((id) => id >= floor).slice(0, limit)
    return ids.length < limit && floor !== '' ? null : { ids, pulled }
  }
  const known = [...new Set([...list.ids, ...pulled])].filter((id) => id >= floor)
  if (known.length < limit && floor !== '') return null
  return { ids: known.toSorted().toReversed().slice(0, limit), pulled }
}

function max(one: string, other: string): string {
  return one > other ? one : other
}
