import { Agent, request } from 'node:http'

export interface LbPurge extends AsyncDisposable {
  /** Resolves once the balancer keeps none of these addresses (path and query). @throws Error naming the first that was not confirmed */
  purge(urls: readonly string[]): Promise<void>
}

/** On loopback an answer takes a fraction of a millisecond; past this NGINX is not there. */
const TIMEOUT_MS = 1_000
const CONNECTIONS = 4
/** 404 and 412: it was not there, which is what we want. The two are what versions of the purge module answer. */
const CONFIRMED: ReadonlySet<number | undefined> = new Set([200, 404, 412])

/** NGINX's purge listener: `PURGE <path-and-query>`, one address at a time. Without a target there is no NGINX (development). */
export function createLbPurge({ target, secret }: { target: string | null; secret: string }): LbPurge {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

  function purgeOne(url: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(target ?? '')
      const options = { hostname, port, path: url, method: 'PURGE', agent, headers: { 'x-edge-secret': secret } }
      const sent = request(options, (answer) => {
        answer.resume()
        answer.on('error', reject)
        answer.on('end', () =>
          CONFIRMED.has(answer.statusCode) ? resolve() : reject(new Error(`${url}: answered ${answer.statusCode}`)),
        )
      })
      sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`${url}: no answer within ${TIMEOUT_MS} ms`)))
      sent.on('error', reject)
      sent.end()
    })
  }

  return {
    async purge(urls) {
      if (target === null) return
      const wanted = [...new Set(urls)]
      // As many at a time as there are connections: a queue inside the agent would count against each request's time.
      for (let at = 0; at < wanted.length; at += CONNECTIONS)
        await Promise.all(wanted.slice(at, at + CONNECTIONS).map(purgeOne))
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
    },
  }
}
