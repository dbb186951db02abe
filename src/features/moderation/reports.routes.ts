import { IdParams, PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import {
  MadeReportPage,
  OpsPhoto,
  OwnReport,
  Report,
  ReportedPhotoPage,
  ReportPhoto,
  ReportsQuery,
  ResolveReports,
} from '../../contract/moderation.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, INSTANT_SHAPE, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { requireAnyPhoto } from '../photos/photos.service.ts'
import { reportedPhotos, reportsOn, settledPhotos } from './reports.queries.ts'
import { loadOwnReport, loadReported, madeReport, type Reports } from './reports.service.ts'

const PLACE_SHAPES = [INSTANT_SHAPE, UUID_SHAPE]

export function reportsRoutes(app: App, { db, reports }: { db: Database; reports: Reports }): void {
  app.post(
    '/api/photos/:id/report',
    {
      config: route({ access: 'member', reads: 'none' }),
      schema: {
        summary: 'Report a photo to the operators; once, however often it is sent',
        tags: ['moderation'],
        params: IdParams,
        body: ReportPhoto,
        response: { 201: Report },
      },
    },
    (request, reply) => reports.report(request, reply, request.params.id, request.body),
  )

  app.get(
    '/api/photos/:id/report',
    {
      config: route({ access: 'member', reads: 'sticky' }),
      schema: {
        summary: 'Your own report on a photo, if you made one',
        tags: ['moderation'],
        params: IdParams,
        response: { 200: OwnReport },
      },
    },
    (request) => db.read(viewerOf(request), (db) => loadOwnReport(db, request.params.id, accountOf(request).id)),
  )

  app.get(
    '/api/ops/reports',
    {
      config: route({ access: 'operator', reads: 'sticky' }),
      schema: {
        summary:
          'Photos with open reports, the one that was reported last first; or with settled ones, the last settled first',
        tags: ['operators'],
        querystring: ReportsQuery,
        response: { 200: ReportedPhotoPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT, state = 'open' } = request.query
      // A page of one list is no place in the other.
      const [at, photoId] = placeOf(cursor, state)
      const after = at && photoId ? { at, photoId } : null
      return db.read(viewerOf(request), async (db) => {
        const found = await (state === 'open' ? reportedPhotos : settledPhotos)(db, { after, limit: limit + 1 })
        const { items, nextCursor } = toPage(found, limit, ({ at, photoId }) => [state, at, photoId])
        return { items: await loadReported(db, items, state), nextCursor }
      })
    },
  )

  app.get(
    '/api/ops/photos/:id/reports',
    {
      config: route({ access: 'operator', reads: 'sticky' }),
      schema: {
        summary: 'Every report on a photo, open or settled, newest first',
        tags: ['operators'],
        params: IdParams,
        querystring: PageQuery,
        response: { 200: MadeReportPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const [at, accountId] = placeOf(cursor, 'on')
      const after = at && accountId ? { at, accountId } : null
      return db.read(viewerOf(request), async (db) => {
        const photo = await requireAnyPhoto(db, request.params.id)
        const rows = await reportsOn(db, photo.id, { after, limit: limit + 1 })
        const { items, nextCursor } = toPage(rows, limit, (row) => ['on', row.at, row.account_id])
        return { items: items.map(madeReport), nextCursor }
      })
    },
  )

  app.post(
    '/api/ops/reports/:id/resolve',
    {
      config: route({ access: 'operator', reads: 'none' }),
      schema: {
        summary: 'End the open reports on a photo: nothing is wrong with it, or it is hidden',
        tags: ['operators'],
        params: IdParams,
        body: ResolveReports,
        response: { 200: OpsPhoto },
      },
    },
    (request) => reports.resolve(accountOf(request), request.params.id, request.body),
  )
}

/** Empty at the beginning of the list. @throws AppError request.cursor_invalid */
function placeOf(cursor: string | undefined, kind: 'open' | 'settled' | 'on'): string[] {
  return cursor === undefined ? [] : decodeCursor(cursor, [new RegExp(`^${kind}$`), ...PLACE_SHAPES]).slice(1)
}
