import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { extensionsOf, manifestOf, route } from './route-manifest.ts'

/** OpenAPI 3.1 from the routes' schemas: `/api/openapi.json`, browsable at `/api/docs`. */
export async function documentApi(app: Pick<FastifyInstance, 'register' | 'get'>): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'MiniGram',
        version: '1',
        description:
          'Errors are application/problem+json with a `code`; docs/errors.md lists them. `x-access` says who may call, ' +
          '`x-reads` where the answer is read, `x-cache` how long a signed-out visitor’s answer is kept, `x-limit` which budget a call takes from, `x-shed` how early it is refused under overload.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'mg' },
        },
      },
    },
    transform: ({ schema, url, route: options }) => {
      const manifest = manifestOf(options.config)
      return {
        url,
        schema: {
          ...schema,
          ...(url.startsWith('/api/') ? {} : { hide: true }),
          ...(manifest ? extensionsOf(manifest, String(options.method)) : {}),
          ...(manifest && manifest.access !== 'public' ? { security: [{ bearer: [] }, { cookie: [] }] } : {}),
        },
      }
    },
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: true })
  app.get(
    '/api/openapi.json',
    { config: route({ access: 'public', reads: 'none' }), schema: { hide: true } },
    function () {
      return this.swagger()
    },
  )
}
