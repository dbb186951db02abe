import { chunksOf } from './chunks.ts'
import { Agent, request } from 'node:http'

/** What is to be forgotten: by tag, and the paths that prove it. */
export interface Forgotten {
  tags: readonly string[]
  /** Paths that answer 404 or 410 at every PoP afterwards. */
  paths: readonly string[]
}

export interface Edge extends AsyncDisposable {
  /** Resolves once no PoP holds anything with one of these tags, and a read of each path through each of them has shown so.
   *  @throws Error naming each PoP that did not confirm; the others have forgotten */
  forget(gone: Forgotten): Promise<void>
}

/** A PoP on its own listener answers in milliseconds; the job tries again when one does not. */
const TIMEOUT_MS = 3_000
/** 50 tags of ours take 2 KB; Varnish takes header lines of 8 KB. */
const TAGS_PER_REQUEST = 50
const CONNECTIONS = 8
const GONE: ReadonlySet<number | undefined> = new Set([404, 410])

/** The PoPs, each by the address of its purge listener, which takes purges and the reads that prove them. */
export function createEdge({ targets, secret }: { targets: () => readonly string[]; secret: string }): Edge {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

  function call(target: string, method: string, path: string, headers = {}): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(target)
      const options = { hostname, port, path, method, agent, headers: { 'x-edge-secret': secret, ...headers } }
      const sent = request(options, (answer) => {
        answer.resume()
        answer.on('error', reject)
        answer.on('end', () => resolve(answer.statusCode))
      })
      sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
      sent.on('error', reject)
      sent.end()
    })
  }

  async function purge(target: string, tags: readonly string[]): Promise<void> {
    for (const some of chunksOf(tags, TAGS_PER_REQUEST)) {
      const status = await call(target, 'PURGE', '/', { 'xkey-purge': some.join(' ') })
      if (status !== 200) throw new Error(`answered ${status}`)
    }
  }

  /** By PoP: one that is silent has one call under way and one to come, however much is written meanwhile. */
  const purges = new Map<string, (tags: readonly string[]) => Promise<void>>()

  function purgeAt(target: string, tags: readonly string[]): Promise<void> {
    const gathered = purges.get(target) ?? gathering((all) => purge(target, all))
    purges.set(target, gathered)
    return gathered(tags)
  }

  async function forgetAt(target: string, { tags, paths }: Forgotten): Promise<void> {
    await purgeAt(target, tags)
    // HEAD: a PoP fetches what it does not have as a whole, but nothing travels to us.
    for (const some of chunksOf(paths, CONNECTIONS)) {
      const statuses = await Promise.all(some.map((path) => call(target, 'HEAD', path)))
      const at = statuses.findIndex((status) => !GONE.has(status))
      if (at >= 0) throw new Error(`${some[at]} still answers ${statuses[at]}`)
    }
  }

  return {
    async forget(gone) {
      const pops = targets()
      const outcomes = await Promise.allSettled(pops.map((target) => forgetAt(target, gone)))
      const failures = outcomes.flatMap((outcome, index) =>
        outcome.status === 'rejected' ? [`${pops[index]}: ${String(outcome.reason)}`] : [],
      )
      if (failures.length > 0) throw new Error(`not purged at ${failures.join('; ')}`)
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
    },
  }
}

/** Runs one call at a time; what is asked meanwhile is the next one's, together. */
function gathering(work: (items: readonly string[]) => Promise<void>): (items: readonly string[]) => Promise<void> {
  let last = Promise.resolve()
  let next: { items: Set<string>; done: Promise<void> } | null = null
  return (items) => {
    if (next) {
      for (const item of items) next.items.add(item)
      return next.done
    }
    const own = new Set(items)
    const done = last.then(() => {
      next = null
      return work([...own])
    })
    next = { items: own, done }
    last = done.catch(() => undefined)
    return done
  }
}
