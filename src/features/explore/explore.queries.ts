import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'

/** `hot` is PostgreSQL's shortest exact text of the number: a cursor that was rounded would skip or repeat photos. */
export interface HotPosition {
  hot: string
  id: string
}

/** Ready photos, hottest first. Uses photos_explore. */
export async function hottestIds(
  db: Reader,
  page: { before: HotPosition | null; limit: number },
): Promise<HotPosition[]> {
  return db
    .selectFrom('photos')
    .select(['id', sql<string>`hot::text`.as('hot')])
    .where('status', '=', 'ready')
    .$if(page.before !== null, (query) =>
      query.where(sql<boolean>`(photos.hot, photos.id) < (${page.before?.hot}::float8, ${page.before?.id}::uuid)`),
    )
    .orderBy('photos.hot', 'desc')
    .orderBy('photos.id', 'desc')
    .limit(page.limit)
    .execute()
}
