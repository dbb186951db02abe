import type { Readable } from 'node:stream'
import { Type } from 'typebox'
import { IdParams, PageQuery, UsernameParams } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import {
  HiddenPhotoPage,
  OperatorActPage,
  OperatorActsQuery,
  OperatorReason,
  OpsAccount,
  OpsPhoto,
  OpsPhotoPage,
  OpsPhotosQuery,
} from '../../contract/moderation.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import type { App } from '../../platform/http.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import type { Media } from '../media/media.service.ts'
import { photoCard } from '../photos/photo-cards.service.ts'
import { requireAnyPhoto } from '../photos/photos.service.ts'
import { hiddenPhotosOf, listActs } from './moderation.queries.ts'
import { loadOpsPhotos, requireOpsPhoto, type Moderation } from './moderation.service.ts'
import { loadOpsAccount, opsPhotoIdsOf, type Suspensions } from './suspensions.service.ts'

export interface ModerationRoutesDeps {
  db: Database
  media: Pick<Media, 'openFile'>
  moderation: Moderation
  suspensions: Suspensions
}

const HIDDEN_SHAPES = [/^hidden$/, UUID_SHAPE]
const PHOTOS_SHAPES = [/^ops-photos$/, UUID_SHAPE]
const ACTS_SHAPES = [/^acts$/, UUID_SHAPE]
/** Best first: what a page shows large, or where that is missing the picture itself. */
const PICTURES = ['1280.jpg', 'master.jpg', 'master.webp']
const Picture = Type.Unsafe<Readable>({ type: 'string', format: 'binary' })

const reading = { config: route({ access: 'operator', reads: 'sticky' }) }
const acting = { config: route({ access: 'operator', reads: 'none' }) }
const tags = ['operators']

export function moderationRoutes(app: App, { db, media, moderation, suspensions }: ModerationRoutesDeps): void {
  app.get(
    '/api/accounts/me/hidden-photos',
    {
      config: route({ access: 'member', reads: 'sticky' }),
      schema: {
        summary: 'Photos of your own that operators hid, and why',
        tags: ['moderation'],
        querystring: PageQuery,
        response: { 200: HiddenPhotoPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, HIDDEN_SHAPES)[1] ?? null)
      return db.read(viewerOf(request), async (db) => {
        const rows = await hiddenPhotosOf(db, accountOf(request).id, { before, limit: limit + 1 })
        const { items, nextCursor } = toPage(rows, limit, (row) => ['hidden', row.id])
        return {
          items: items.map((row) => ({
            photo: { ...photoCard(row), renditions: null },
            reason: row.hidden_reason ?? '',
            hiddenAt: (row.hidden_at ?? row.created_at).toISOString(),
          })),
          nextCursor,
        }
      })
    },
  )

  app.get(
    '/api/ops/photos/:id',
    {
      ...reading,
      schema: { summary: 'A photo, hidden or not', tags, params: IdParams, response: { 200: OpsPhoto } },
    },
    (request) =>
      db.read(viewerOf(request), async (db) => requireOpsPhoto(db, (await requireAnyPhoto(db, request.params.id)).id)),
  )

  app.get(
    '/api/ops/photos/:id/picture',
    {
      ...reading,
      schema: { summary: 'The picture of a photo, hidden or not', tags, params: IdParams, response: { 200: Picture } },
    },
    async (request, reply) => {
      const photo = await db.read(viewerOf(request), (db) => requireAnyPhoto(db, request.params.id))
      const found = await media.openFile(photo.media_key, PICTURES)
      if (!found) throw new AppError('photo.not_found', 'Its picture is not made yet, or could not be made.')
      reply.type(found.name.endsWith('.webp') ? 'image/webp' : 'image/jpeg')
      return reply.send(found.file.createReadStream())
    },
  )

  app.put(
    '/api/ops/photos/:id/hidden',
    {
      ...acting,
      schema: {
        summary: 'Hide a photo: gone for everybody as if deleted; its author is told the reason',
        tags,
        params: IdParams,
        body: OperatorReason,
        response: { 200: OpsPhoto },
      },
    },
    (request) => moderation.hide(accountOf(request), request.params.id, request.body.reason.trim()),
  )

  app.delete(
    '/api/ops/photos/:id/hidden',
    { ...acting, schema: { summary: 'Show it again', tags, params: IdParams, response: { 200: OpsPhoto } } },
    (request) => moderation.show(accountOf(request), request.params.id),
  )

  app.get(
    '/api/ops/accounts/:username',
    {
      ...reading,
      schema: { summary: 'An account, suspended or not', tags, params: UsernameParams, response: { 200: OpsAccount } },
    },
    (request) => db.read(viewerOf(request), (db) => loadOpsAccount(db, request.params.username)),
  )

  app.get(
    '/api/ops/accounts/:username/photos',
    {
      ...reading,
      schema: {
        summary: 'All photos of an account, hidden ones among them, newest first',
        tags,
        params: UsernameParams,
        querystring: OpsPhotosQuery,
        response: { 200: OpsPhotoPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT, only } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, PHOTOS_SHAPES)[1] ?? null)
      return db.read(viewerOf(request), async (db) => {
        const page = { before, limit: limit + 1, isHiddenOnly: only === 'hidden' }
        const ids = await opsPhotoIdsOf(db, request.params.username, page)
        const { items, nextCursor } = toPage(ids, limit, (id) => ['ops-photos', id])
        return { items: await loadOpsPhotos(db, items), nextCursor }
      })
    },
  )

  app.put(
    '/api/ops/accounts/:username/suspended',
    {
      ...acting,
      schema: {
        summary: 'Suspend an account: signed out everywhere, and it and all it did is out of sight',
        tags,
        params: UsernameParams,
        body: OperatorReason,
        response: { 200: OpsAccount },
      },
    },
    (request) => suspensions.suspend(accountOf(request), request.params.username, request.body.reason.trim()),
  )

  app.delete(
    '/api/ops/accounts/:username/suspended',
    {
      ...acting,
      schema: { summary: 'Let it back in', tags, params: UsernameParams, response: { 200: OpsAccount } },
    },
    (request) => suspensions.restore(accountOf(request), request.params.username),
  )

  app.get(
    '/api/ops/acts',
    {
      ...reading,
      schema: {
        summary: 'What operators did, newest first',
        tags,
        querystring: OperatorActsQuery,
        response: { 200: OperatorActPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT, target } = request.query
      const before = cursor === undefined ? null : (decodeCursor(cursor, ACTS_SHAPES)[1] ?? null)
      return db.read(viewerOf(request), async (db) => {
        const rows = await listActs(db, { before, limit: limit + 1, target })
        const { items, nextCursor } = toPage(rows, limit, (row) => ['acts', row.id])
        return {
          items: items.map(({ created_at: createdAt, ...act }) => ({ ...act, createdAt: createdAt.toISOString() })),
          nextCursor,
        }
      })
    },
  )
}
