import { AccountPage } from '../../contract/accounts.ts'
import { IdParams, PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { LikeState } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, INSTANT_SHAPE, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { accountCard } from '../accounts/accounts.service.ts'
import { requirePhoto } from '../photos/photos.service.ts'
import { likersOf } from './likes.queries.ts'
import type { Likes } from './likes.service.ts'

const CURSOR_KIND = 'likes'
const CURSOR_SHAPES = [/^likes$/, INSTANT_SHAPE, UUID_SHAPE]

export function likesRoutes(app: App, { db, likes }: { db: Database; likes: Likes }): void {
  const write = {
    config: route({ access: 'member', reads: 'none' }),
    schema: { tags: ['likes'], params: IdParams, response: { 200: LikeState } },
  } as const

  app.put(
    '/api/photos/:id/like',
    { ...write, schema: { ...write.schema, summary: 'Like a photo; once, however often it is sent' } },
    (request) => likes.set(accountOf(request).id, request.params.id, true),
  )

  app.delete(
    '/api/photos/:id/like',
    { ...write, schema: { ...write.schema, summary: 'Take the like back' } },
    (request) => likes.set(accountOf(request).id, request.params.id, false),
  )

  app.get(
    '/api/photos/:id/likes',
    {
      config: route({ access: 'public', reads: 'sticky', cache: publicPage(({ id }) => [`photo-${id}`]) }),
      schema: {
        summary: 'Who likes a photo, newest first',
        tags: ['likes'],
        params: IdParams,
        querystring: PageQuery,
        response: { 200: AccountPage },
      },
    },
    (request) => {
      const viewer = viewerOf(request)
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const [, at = '', accountId = ''] = cursor === undefined ? [] : decodeCursor(cursor, CURSOR_SHAPES)
      const before = cursor === undefined ? null : { at, accountId }
      return db.read(viewer, async (db) => {
        const photo = await requirePhoto(db, request.params.id)
        const rows = await likersOf(db, photo.id, { viewerId: viewer.account?.id ?? null, before, limit: limit + 1 })
        const { items, nextCursor } = toPage(rows, limit, (row) => [CURSOR_KIND, row.liked_at, row.account_id])
        return {
          items: items.map(accountCard),
          nextCursor,
          viewer: { follows: items.filter((row) => row.is_followed).map((row) => row.username) },
        }
      })
    },
  )
}
