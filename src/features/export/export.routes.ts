import type { Readable } from 'node:stream'
import { Type } from 'typebox'
import { ExportState, RequestedExport } from '../../contract/export.ts'
import type { App } from '../../platform/http.ts'
import { route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import type { Exports } from './export.service.ts'

const tags = ['accounts']
const Archive = Type.Unsafe<Readable>({ type: 'string', format: 'binary' })

export function exportRoutes(app: App, { exports }: { exports: Exports }): void {
  app.post(
    '/api/accounts/me/export',
    {
      config: route({ access: 'member', reads: 'none', shed: 'heavy' }),
      schema: {
        summary: 'Have an archive made of all of your own: photos, texts, likes, follows, devices',
        tags,
        response: { 202: RequestedExport },
      },
    },
    (request, reply) => exports.request(request, reply),
  )

  app.get(
    '/api/accounts/me/export',
    {
      config: route({ access: 'member', reads: 'sticky' }),
      schema: { summary: 'How far the archive is', tags, response: { 200: ExportState } },
    },
    (request) => exports.state(viewerOf(request), accountOf(request).id),
  )

  app.get(
    '/api/accounts/me/export/download',
    {
      config: route({ access: 'member', reads: 'sticky', shed: 'heavy' }),
      schema: { summary: 'The archive', tags, produces: ['application/zip'], response: { 200: Archive } },
    },
    async (request, reply) => {
      const account = accountOf(request)
      const { file, sizeBytes, madeAt } = await exports.open(viewerOf(request), account.id)
      const name = `minigram-${account.username}-${madeAt.toISOString().slice(0, 10)}.zip`
      reply.type('application/zip')
      reply.header('content-length', String(sizeBytes))
      reply.header('content-disposition', `attachment; filename="${name}"`)
      return reply.send(file.createReadStream())
    },
  )
}
