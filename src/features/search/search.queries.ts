import { sql } from 'kysely'
import type { Reader } from '../../platform/postgres.ts'

/** How many of each kind of match are looked at; bounds what one letter can cost. */
const CANDIDATES_MAX = 200
/** Who is found by so many names needs none that are only spelt alike, which cost ten times as much to find. */
const ENOUGH = 5
/** A wrong letter, or two swapped, in a name of five leaves a third of its trigrams. */
const SIMILARITY_MIN = 0.3

/**
 * Ids of the best matches first: the exact username, usernames that begin so, names with a word that begins so, then what is spelt
 * alike, for which nobody looks where there are enough others; within these the more followed first. Shorter than a trigram,
 * nothing is spelt alike.
 * Uses accounts_username_prefix, accounts_username_trigram, accounts_display_name_trigram, accounts_pkey.
 */
export async function searchAccounts(db: Reader, q: string, limit: number): Promise<string[]> {
  const { rows } = await searchStatement(q, limit).execute(db)
  return rows.map(({ id }) => id)
}

/** The statement alone, so that a test can ask for its plan. */
export function searchStatement(q: string, limit: number) {
  const prefix = q.replace(/[\\%_]/g, '\\$&')
  return sql<{ id: string }>`
    with named as materialized (
      (select id, 0 as rank, 1::real as likeness from accounts where username = lower(${q}))
      union all
      (select id, 1, 1 from accounts where username like lower(${prefix}) || '%' limit ${CANDIDATES_MAX})
      union all
      (select id, 2, 1 from accounts
       where search_key(display_name) like search_key(${prefix}) || '%'
          or search_key(display_name) like '% ' || search_key(${prefix}) || '%' limit ${CANDIDATES_MAX})
    ),
    matches as (
      select id, rank, likeness from named
      union all
      (select id, 3, greatest(word_similarity(search_key(${q}), username),
                              word_similarity(search_key(${q}), search_key(display_name))) as likeness
       from accounts
       where ${q.length >= 3} and (select count(distinct id) from named) < ${Math.min(limit, ENOUGH)}
         -- what the operator below takes as alike, for this statement; asked for once, before anything is compared
         and (select set_config('pg_trgm.word_similarity_threshold', ${String(SIMILARITY_MIN)}, true)) is not null
         and (search_key(${q}) <% username or search_key(${q}) <% search_key(display_name))
       order by likeness desc limit ${CANDIDATES_MAX})
    ),
    best as (select distinct on (id) id, rank, likeness from matches order by id, rank)
    select id from best join accounts using (id)
    order by rank, likeness desc, follower_count desc, username
    limit ${limit}`
}
