import { Type } from 'typebox'
import { IdParams, PageQuery, UsernameParams } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { EditPhoto, PhotoCard, PhotoDetail, PhotoPage, PhotoText } from '../../contract/photos.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import type { App } from '../../platform/http.ts'
import type { Reader } from '../../platform/postgres.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf, type Viewer } from '../../platform/viewer.ts'
import { requireAccountId } from '../accounts/accounts.service.ts'
import { photoIdsOf } from './photos.queries.ts'
import { loadCards, requirePhoto, type Photos } from './photos.service.ts'

export interface PhotosDeps {
  db: Database
  photos: Photos
  /** Which of these photos the viewer likes: likes stand on photos, so photos are given it. */
  likedAmong: (db: Reader, viewer: Viewer, photoIds: readonly string[]) => Promise<string[]>
}

const CURSOR_KIND = 'photos'
const CURSOR_SHAPES = [/^photos$/, UUID_SHAPE]
const Upload = Type.Object({ ...PhotoText.properties, file: Type.String({ format: 'binary' }) })

export function photosRoutes(app: App, { db, photos, likedAmong }: PhotosDeps): void {
  async function detailOf(db: Reader, viewer: Viewer, card: PhotoCard): Promise<PhotoDetail> {
    return { ...card, viewer: { liked: await likedAmong(db, viewer, [card.id]) } }
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
    (request) => {
      const viewer = viewerOf(request)
      return db.read(viewer, async (db) => {
        const { id } = await requirePhoto(db, request.params.id)
        const [card] = await loadCards(db, [id])
        if (!card) throw new AppError('photo.gone')
        return detailOf(db, viewer, card)
      })
    },
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
    (request) => {
      const viewer = viewerOf(request)
      const edited = photos.edit(accountOf(request), request.params.id, request.body)
      return edited.then((card) => db.read(viewer, (db) => detailOf(db, viewer, card)))
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
    (request) => {
      const viewer = viewerOf(request)
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, CURSOR_SHAPES)[1] ?? null)
      return db.read(viewer, async (db) => {
        const accountId = await requireAccountId(db, request.params.username)
        const includeUnready = accountId === viewer.account?.id
        const found = await photoIdsOf(db, accountId, { before, limit: limit + 1, includeUnready })
        const { items: ids, nextCursor } = toPage(found, limit, (id) => [CURSOR_KIND, id])
        const [items, liked] = await Promise.all([loadCards(db, ids), likedAmong(db, viewer, ids)])
        return { items, nextCursor, viewer: { liked } }
      })
    },
  )
}
