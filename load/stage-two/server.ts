import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Cache } from '../../src/platform/cache.ts'
import { loadConfig } from '../../src/platform/config.ts'
import { AppError } from '../../src/platform/errors.ts'
import { untilStopped } from '../../src/platform/lifetime.ts'
import { createLog } from '../../src/platform/log.ts'
import { createApiApp } from '../../src/processes/api-app.ts'
import { openServices } from '../../src/processes/services.ts'

// Stage 2: the code of the app servers as the one process that answers everything. `node server.ts PRIMARY` prints `port N` among its log.
// No balancer, no edge, no replicas, no cache in memory or Redis. Sessions, limits and feed lists stay in redis-main, as they were.
// It stands here and not in src/, so that no setting can turn a stack into it.

/** Asks the database each time. Writes still tell the caches of the stack, which shares the data and must not show old values. */
function withoutCache(cache: Cache): Cache {
  return {
    ...cache,
    readAgain: () => Promise.resolve(),
    async getMany<Value>(
      ...[kind, ids, scope, load, trace]: Parameters<typeof cache.getMany<Value>>
    ): Promise<(Value | undefined)[]> {
      if (ids.length === 0) return []
      const { values } = await load(ids, scope)
      if (trace) trace.hasLoaded = true
      return ids.map((id) => {
        trace?.tiers?.set(id, 'database')
        const payload = values.get(id)
        if (payload === undefined) return undefined
        // Without `decode` the payload is the value (platform/cache.ts).
        return kind.decode?.(payload, id) ?? (payload as Value)
      })
    },
  }
}

const { config, secrets } = loadConfig()
const log = createLog('stage-2', 'warn')
const postgresNodes = config.postgresNodes.filter(({ name }) => name === process.argv[2])
if (postgresNodes.length !== 1) throw new Error(`no database node ${process.argv[2]}`)
const alone = { ...config, instance: 'stage-2', postgresNodes }
await using services = openServices(alone, secrets, log, { through: withoutCache })
await using app = await createApiApp(services, () => 'ready')

app.get<{ Params: { key: string; file: string } }>('/media/:key/:file', async (request, reply) => {
  const { key, file } = request.params
  if (!/^[0-9a-f]{32}$/.test(key) || !/^\d{2,4}\.(jpg|webp|avif)$/.test(file)) throw new AppError('request.not_found')
  const path = join(config.mediaDirectory, key, file)
  const found = await stat(path).catch(() => null)
  if (!found) throw new AppError('request.not_found')
  return reply
    .header('content-length', found.size)
    .header('cache-control', 'public, max-age=3600')
    .type(file.endsWith('jpg') ? 'image/jpeg' : `image/${file.split('.')[1]}`)
    .send(createReadStream(path))
})
await services.postgres.untilWritable(30_000)
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`port ${(app.server.address() as AddressInfo).port}`) // @NOTE a TCP server has an address of that shape
await untilStopped(log)
