import { Type } from 'typebox'
import { IdParams, PageQuery, UsernameParams } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { EditPhoto, PhotoCard, PhotoDetail, PhotoPage, PhotoText } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import type { App } from '../../platform/http.ts'
import { sendJson } from '../../platform/ready-json.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf, type Viewer } from '../../platform/viewer.ts'
import { requireCachedId } from '../accounts/accounts.service.ts'
import { cardViews, detailJson, pageJson, recentPhotos, type Recent } from './photo-cards.service.ts'
import { photoIdsOf } from './photos.queries.ts'
import { requirePhoto, type Photos } from './photos.service.ts'

export interface PhotosDeps {
  db: Database
  photos: Photos
  /** Which of these photos the viewer likes: likes stand on photos, so photos are given it. */
  likedAmong: (db: Database, viewer: Viewer, photoIds: readonly string[]) => Promise<string[]>
}

const NO_PHOTOS: Recent = { ids: [], isAll: true }
const CURSOR_KIND = 'photos'
const CURSOR_SHAPES = [/^photos$/, UUID_SHAPE]
const Upload = Type.Object({ ...PhotoText.properties, file: Type.String({ format: 'binary' }) })

export function photosRoutes(app: App, { db, photos, likedAmong }: PhotosDeps): void {
  /** Found again where the cache knows nothing: the refusal says whether there ever was such a photo. */
  async function detail(viewer: Viewer, id: string): Promise<string> {
    const [[card], liked] = await Promise.all([cardViews(db, viewer, [id]), likedAmong(db, viewer, [id])])
    if (card) return detailJson(card, liked)
    await db.read(viewer, (db) => requirePhoto(db, id))
    throw new AppError('photo.gone')
  }

  /** Ids of one page: those that everybody may see from the cache as far as it goes, one's own from the table. */
  async function idsOf(viewer: Viewer, accountId: string, before: string | null, limit: number): Promise<string[]> {
    const isOwn = accountId === viewer.account?.id
    if (!isOwn) {
      const [{ ids, isAll } = NO_PHOTOS] = await db.cached(viewer, recentPhotos, [accountId])
      const found = before === null ? ids : ids.filter((id) => id < before)
      if (isAll || found.length >= limit) return found.slice(0, limit)
    }
    return db.read(viewer, (db) => photoIdsOf(db, accountId, { before, limit, includeUnready: isOwn }))
  }

  app.post(
    '/api/photos',
    {
      config: route({ access: 'member', reads: 'none', limit: 'upload' }),
      // The body is a stream, and read by the service; its schema here is for the documentation.
      validatorCompiler: () => () => true,
      schema: {
        summary: 'Upload a photo; it answers before the renditions are made',
        tags: ['photos'],
        consumes: ['multipart/form-data'],
        body: Upload,
        response: { 201: PhotoCard },
      },
    },
    (request, reply) => photos.publish(request, reply),
  )

  app.get(
    '/api/photos/:id',
    {
      config: route({ access: 'public', reads: 'sticky', cache: publicPage(({ id }) => [`photo-${id}`]) }),
      schema: { summary: 'One photo', tags: ['photos'], params: IdParams, response: { 200: PhotoDetail } },
    },
    async (request, reply) => sendJson(reply, await detail(viewerOf(request), request.params.id)),
  )

  app.patch(
    '/api/photos/:id',
    {
      config: route({ access: 'member', reads: 'sticky' }),
      schema: {
        summary: 'Change the texts of a photo of your own',
        tags: ['photos'],
        params: IdParams,
        body: EditPhoto,
        response: { 200: PhotoDetail },
      },
    },
    async (request) => {
      const card = await photos.edit(accountOf(request), request.params.id, request.body)
      return { ...card, viewer: { liked: await likedAmong(db, viewerOf(request), [card.id]) } }
    },
  )

  app.delete(
    '/api/photos/:id',
    {
      config: route({ access: 'member', reads: 'none' }),
      schema: {
        summary: 'Delete a photo, its likes, its comments and its files',
        tags: ['photos'],
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await photos.remove(accountOf(request), request.params.id)
      reply.code(204)
      return null
    },
  )

  app.get(
    '/api/accounts/:username/photos',
    {
      config: route({
        access: 'public',
        reads: 'sticky',
        cache: publicPage(({ username }) => [`account-${username}`]),
      }),
      schema: {
        summary: 'Photos of an account, newest first',
        tags: ['photos', 'accounts'],
        params: UsernameParams,
        querystring: PageQuery,
        response: { 200: PhotoPage },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, CURSOR_SHAPES)[1] ?? null)
      const accountId = await requireCachedId(db, viewer, request.params.username)
      const found = await idsOf(viewer, accountId, before, limit + 1)
      const { items: ids, nextCursor } = toPage(found, limit, (id) => [CURSOR_KIND, id])
      const [cards, liked] = await Promise.all([cardViews(db, viewer, ids), likedAmong(db, viewer, ids)])
      return sendJson(reply, pageJson(cards, nextCursor, liked))
    },
  )
}
