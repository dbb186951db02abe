import { systemRoutes } from '../features/system/system.routes.ts'
import { createHttpApp, type App } from '../platform/http.ts'
import type { Services } from './services.ts'

export type Readiness = 'ready' | 'starting' | 'draining'

/** The API of one app server: services in the order in which they need each other, then their routes. */
export async function createApiApp(services: Services, readiness: () => Readiness): Promise<App> {
  const { config, log, metrics, postgres, redisMain } = services
  const app = await createHttpApp({
    instance: config.instance,
    log,
    metrics,
    authenticate: () => Promise.resolve(null),
  })
  systemRoutes(app, {
    instance: config.instance,
    release: config.release,
    edgePort: config.edgePort,
    postgres,
    redisMain,
    readiness,
  })
  return app
}
