import type { Answer } from './answer-reader.ts'
import { Lost, openConnection, type Connection, type Place, type WireRequest } from './connection.ts'

/** As browsers do over HTTP/1.1. */
const CONNECTIONS_MAX = 6

export interface Lines {
  /** @throws Lost */
  ask: (request: WireRequest, isIdempotent: boolean) => Promise<Answer>
  destroy: () => void
}

/** What one browser keeps to one origin: a few connections, opened when all others are busy, kept for the next request.
 *  A reused one that closes before any byte of the answer was idle for too long: the request is sent once more, as browsers do. */
export function openLines(place: Place, onRetry: () => void): Lines {
  const all = new Set<Connection>()
  const idle: Connection[] = []
  const waiting: ((connection: Connection) => void)[] = []

  function takeIdle(): Connection | null {
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (last.isOpen()) return last
      all.delete(last)
    }
    return null
  }
  function open(): Connection {
    const connection = openConnection(place)
    all.add(connection)
    return connection
  }
  function giveBack(connection: Connection): void {
    const isUsable = connection.isOpen()
    if (!isUsable) all.delete(connection)
    const next = waiting.shift()
    if (next) next(isUsable ? connection : open())
    else if (isUsable) idle.push(connection)
  }
  async function askOn(connection: Connection, request: WireRequest): Promise<Answer> {
    try {
      return await connection.ask(request)
    } finally {
      giveBack(connection)
    }
  }
  function freeConnection(): Connection | Promise<Connection> {
    const found = takeIdle()
    if (found) return found
    if (all.size < CONNECTIONS_MAX) return open()
    return new Promise((resolve) => waiting.push(resolve))
  }

  return {
    async ask(request, isIdempotent) {
      const free = freeConnection()
      try {
        return await askOn(free instanceof Promise ? await free : free, request)
      } catch (error) {
        const mayRetry = error instanceof Lost && error.hadNoByte && error.wasReused && error.message !== 'timeout'
        if (!mayRetry || !isIdempotent) throw error
      }
      onRetry()
      if (all.size >= CONNECTIONS_MAX) return askOn(await freeConnection(), request)
      return askOn(open(), request)
    },
    destroy() {
      for (const connection of all) connection.destroy()
    },
  }
}
