import { Type } from 'typebox'
import { IdParams, PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { Comment, CommentPage, PostComment } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { requirePhoto } from '../photos/photos.service.ts'
import { commentsOf } from './comments.queries.ts'
import { commentOf, type Comments } from './comments.service.ts'

const CURSOR_KIND = 'comments'
const CURSOR_SHAPES = [/^comments$/, UUID_SHAPE]

export function commentsRoutes(app: App, { db, comments }: { db: Database; comments: Comments }): void {
  app.get(
    '/api/photos/:id/comments',
    {
      config: route({ access: 'public', reads: 'sticky', cache: publicPage(({ id }) => [`photo-${id}`]) }),
      schema: {
        summary: 'Comments on a photo, newest first',
        tags: ['comments'],
        params: IdParams,
        querystring: PageQuery,
        response: { 200: CommentPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, CURSOR_SHAPES)[1] ?? null)
      return db.read(viewerOf(request), async (db) => {
        const photo = await requirePhoto(db, request.params.id)
        const rows = await commentsOf(db, photo.id, { before, limit: limit + 1 })
        const { items, nextCursor } = toPage(rows, limit, (row) => [CURSOR_KIND, row.id])
        return { items: items.map(commentOf), nextCursor }
      })
    },
  )

  app.post(
    '/api/photos/:id/comments',
    {
      config: route({ access: 'member', reads: 'none' }),
      schema: {
        summary: 'Comment on a photo',
        tags: ['comments'],
        params: IdParams,
        body: PostComment,
        response: { 201: Comment },
      },
    },
    (request, reply) => comments.post(request, reply, request.params.id, request.body.text),
  )

  app.delete(
    '/api/comments/:id',
    {
      config: route({ access: 'member', reads: 'none' }),
      schema: {
        summary: 'Delete a comment: its author, the owner of the photo, or an operator',
        tags: ['comments'],
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await comments.remove(accountOf(request), request.params.id)
      reply.code(204)
      return null
    },
  )
}
