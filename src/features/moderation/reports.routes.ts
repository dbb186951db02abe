import { IdParams, PageQuery } from '../../contract/common.ts'
import { PAGE_LIMIT_DEFAULT } from '../../contract/limits.ts'
import { OpsPhoto, Report, ReportedPhotoPage, ReportPhoto, ResolveReports } from '../../contract/moderation.ts'
import type { Database } from '../../platform/consistency.ts'
import { decodeCursor, INSTANT_SHAPE, toPage, UUID_SHAPE } from '../../platform/cursor.ts'
import type { App } from '../../platform/http.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import { reportedPhotos, type ReportPosition } from './reports.queries.ts'
import { loadReported, type Reports } from './reports.service.ts'

const CURSOR_KIND = 'reports'
const CURSOR_SHAPES = [/^reports$/, INSTANT_SHAPE, UUID_SHAPE]

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
    '/api/ops/reports',
    {
      config: route({ access: 'operator', reads: 'sticky' }),
      schema: {
        summary: 'Photos with open reports, the one that was reported last first',
        tags: ['operators'],
        querystring: PageQuery,
        response: { 200: ReportedPhotoPage },
      },
    },
    (request) => {
      const { cursor, limit = PAGE_LIMIT_DEFAULT } = request.query
      const after = cursor === undefined ? null : positionOf(cursor)
      return db.read(viewerOf(request), async (db) => {
        const found = await reportedPhotos(db, { after, limit: limit + 1 })
        const { items, nextCursor } = toPage(found, limit, ({ at, photoId }) => [CURSOR_KIND, at, photoId])
        return { items: await loadReported(db, items), nextCursor }
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

function positionOf(cursor: string): ReportPosition {
  const [, at = '', photoId = ''] = decodeCursor(cursor, CURSOR_SHAPES)
  return { at, photoId }
}
