import type { QueryCreator } from 'kysely'
import type { Tables } from '../../../db/tables.ts'
import type { Reader, Writer } from '../../platform/postgres.ts'
import { CARD_COLUMNS } from '../accounts/accounts.service.ts'

/** Newest first. Uses comments_of_photo, accounts_pkey. */
export function commentsOf(db: Reader, photoId: string, page: { before: string | null; limit: number }) {
  return selectComments(db)
    .where('comments.photo_id', '=', photoId)
    .$if(page.before !== null, (query) => query.where('comments.id', '<', page.before))
    .orderBy('comments.id', 'desc')
    .limit(page.limit)
    .execute()
}

export type CommentRow = Awaited<ReturnType<typeof commentsOf>>[number]

/** Uses comments_pkey, accounts_pkey. */
export function commentById(db: Reader, id: string) {
  return selectComments(db).where('comments.id', '=', id).executeTakeFirst()
}

function selectComments(db: Reader) {
  return db
    .selectFrom('comments')
    .innerJoin('accounts', 'accounts.id', 'comments.account_id')
    .select([
      'comments.id',
      'comments.photo_id',
      'comments.account_id',
      'comments.text',
      'comments.created_at',
      ...CARD_COLUMNS,
    ])
}

/** Counted, on a photo that the caller has locked. Undefined: its author is suspended. Uses photos_pkey, accounts_pkey. */
export function insertComment(
  trx: Writer,
  comment: { id: string; photo_id: string; account_id: string; text: string },
): Promise<CommentRow | undefined> {
  return trx
    .with('counted', (db) => countComments(db, comment.photo_id, 1))
    .with('comment', (db) =>
      db
        .insertInto('comments')
        .values(comment)
        .returning(['id', 'photo_id', 'account_id', 'text', 'comments.created_at']),
    )
    .selectFrom('comment')
    .innerJoin('accounts', 'accounts.id', 'comment.account_id')
    .select(['comment.id', 'photo_id', 'account_id', 'text', 'comment.created_at', ...CARD_COLUMNS])
    .executeTakeFirst()
}

/** False when it is gone already. Uses comments_pkey. */
export async function deleteComment(trx: Writer, id: string): Promise<boolean> {
  const row = await trx.deleteFrom('comments').where('id', '=', id).returning('id').executeTakeFirst()
  return row !== undefined
}

/** The photo is locked by the caller. Uses photos_pkey. */
export async function addToCommentCount(trx: Writer, photoId: string, change: 1 | -1): Promise<void> {
  await countComments(trx, photoId, change).execute()
}

function countComments(db: QueryCreator<Tables>, photoId: string, change: 1 | -1) {
  return db
    .updateTable('photos')
    .set((column) => ({ comment_count: column('comment_count', '+', change) }))
    .where('id', '=', photoId)
}
