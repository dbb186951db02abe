import { chmod, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../platform/config.ts'
import type { App } from '../platform/http.ts'

export interface Listener extends AsyncDisposable {
  address: string
  /** Leaves the balancer's list, then waits for the requests in flight, at most `drainSeconds`. */
  drain(): Promise<void>
}

/** Linux's own bound. A full backlog would look to the balancer like a dead server. */
const LISTEN_BACKLOG = 4_096
/** The balancer sees the slot vanish at once; what it had already sent arrives within this. */
const LEAVING_MS = 250

/** A UNIX socket under `run/apps` (joined to `run/slots` by the watcher once ready), else a TCP port. */
export async function listen(app: App, config: Config): Promise<Listener> {
  const socket = config.listenSocket
  let isDraining = false
  app.addHook('onRequest', async (_request, reply) => {
    if (isDraining) reply.header('connection', 'close')
  })
  if (socket) {
    await unlink(socket).catch(() => undefined)
    await app.listen({ path: socket, backlog: LISTEN_BACKLOG })
    await chmod(socket, 0o660)
  } else {
    await app.listen({ port: config.listenPort, host: '127.0.0.1' })
  }

  return {
    address: socket ?? `127.0.0.1:${config.listenPort}`,
    async drain() {
      isDraining = true
      if (socket) await unlink(join(dirname(dirname(socket)), 'slots', basename(socket))).catch(() => undefined)
      await sleep(LEAVING_MS)
      const end = Date.now() + config.drainSeconds * 1_000
      while (app.requestsInFlight() > 0 && Date.now() < end) await sleep(20)
    },
    async [Symbol.asyncDispose]() {
      app.server.closeIdleConnections()
      await app.close()
      app.server.closeAllConnections()
    },
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
