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

export async function insertComment(
  trx: Writer,
  comment: { id: string; photo_id: string; account_id: string; text: string },
): Promise<void> {
  await trx.insertInto('comments').values(comment).execute()
}

/** False when it is gone already. Uses comments_pkey. */
export async function deleteComment(trx: Writer, id: string): Promise<boolean> {
  const row = await trx.deleteFrom('comments').where('id', '=', id).returning('id').executeTakeFirst()
  return row !== undefined
}

/** The photo is locked by the caller. Uses photos_pkey. */
export async function addToCommentCount(trx: Writer, photoId: string, change: 1 | -1): Promise<void> {
  await trx
    .updateTable('photos')
    .set((column) => ({ comment_count: column('comment_count', '+', change) }))
    .where('id', '=', photoId)
    .execute()
}
