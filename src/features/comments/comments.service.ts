import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Comment } from '../../contract/photos.ts'
import { urlsOfComments, urlsOfPhoto } from '../../contract/public-pages.ts'
import type { Database } from '../../platform/consistency.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events.ts'
import { answerOnce } from '../../platform/idempotency.ts'
import { newId } from '../../platform/ids.ts'
import { accountOf, type ViewerAccount } from '../../platform/viewer.ts'
import { accountCard } from '../accounts/accounts.service.ts'
import { recountCards } from '../photos/photo-cards.service.ts'
import { holdPhoto, type NoteOperatorAct } from '../photos/photos.service.ts'
import * as queries from './comments.queries.ts'

export type Comments = ReturnType<typeof createComments>

export function commentOf(row: queries.CommentRow): Comment {
  return { id: row.id, text: row.text, author: accountCard(row), createdAt: row.created_at.toISOString() }
}

export interface CommentsDeps {
  db: Database
  events: Events
  noteOperatorAct: NoteOperatorAct
}

export function createComments({ db, events, noteOperatorAct }: CommentsDeps) {
  /** @throws AppError request.invalid, photo.not_found, photo.gone, session.required, idempotency.* */
  async function post(request: FastifyRequest, reply: FastifyReply, photoId: string, given: string): Promise<Comment> {
    const text = given.trim()
    if (text === '') throw new AppError('request.invalid', 'Write something first.')
    const { id: accountId } = accountOf(request)
    const newest = newId()
    const comment = await answerOnce(db, request, reply, { text }, async (trx, after) => {
      recountCards(after, photoId)
      const photo = await holdPhoto(trx, photoId)
      after.rewrite(urlsOfComments(photo), 'now')
      after.rewrite(urlsOfPhoto(photo), 'soon')
      const comment = { id: newest, photo_id: photoId, account_id: accountId, text }
      const row = await queries.insertComment(trx, comment)
      if (!row) throw new AppError('session.required', 'This account was suspended.')
      return commentOf(row)
    })
    if (comment.id === newest) events.note('comment.posted', { commentId: comment.id, photoId, accountId })
    return comment
  }

  /** By its author, the owner of the photo or an operator. @throws AppError comment.not_found, comment.not_yours */
  function remove(account: ViewerAccount, id: string): Promise<void> {
    return db.write(account.id, async (trx, after) => {
      const comment = await queries.commentById(trx, id)
      if (!comment) throw new AppError('comment.not_found')
      const photo = await holdPhoto(trx, comment.photo_id)
      recountCards(after, photo.id)
      const isOwn = [comment.account_id, photo.account_id].includes(account.id)
      if (!isOwn && account.role !== 'operator') throw new AppError('comment.not_yours')
      if (!(await queries.deleteComment(trx, id))) throw new AppError('comment.not_found')
      await queries.addToCommentCount(trx, photo.id, -1)
      if (!isOwn) await noteOperatorAct(trx, account, { act: 'comment.delete', target: id })
      after.rewrite(urlsOfComments(photo), 'surely')
      after.rewrite(urlsOfPhoto(photo), 'soon')
    })
  }

  return { post, remove }
}
