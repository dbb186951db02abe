import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'

/**
 * Which of these media keys are nobody's: no photo's, hidden ones included, and no avatar. Each photo has a key of its own,
 * but for those of `seed --large`. Uses photos_media_key, accounts_avatar_key.
 */
export async function unknownMediaKeys(db: Reader, keys: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from unnest(${keys}::text[]) as given (key)
    where not exists (select from all_photos where media_key = key)
      and not exists (select from all_accounts where avatar_key = key)`.execute(db)
  return rows.map(({ key }) => key)
}
