import type { Answer } from './answer-reader.ts'
import { Lost } from './connection.ts'
import { openLines } from './lines.ts'
import type { Person } from './people.ts'
import type { RunLog } from './run-log.ts'

export type OriginName = 'lb' | 'edge'

export interface Origin {
  host: string
  port: number
  isTls: boolean
  /** As the `Host` header names it. */
  authority: string
}

export interface Target {
  lb: Origin
  edge: Origin
  /** With it the balancer believes which client we play. */
  edgeSecret: string | null
  /** Each person connects from an address of their own in this machine's loopback network. */
  bindsAddresses: boolean
}

export interface Ask {
  kind: string
  /** Photos and assets: no app server is needed for them. */
  isStatic?: boolean
  origin: OriginName
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  path: string
  body?: Uint8Array
  contentType?: string
  /** Makes a POST one that may be repeated. */
  idempotencyKey?: string
  keepsBody: boolean
  expectedStatus: number
  /** When it was meant to begin: that is what latency counts from. */
  sinceMs: number
  /** Null when the answer is right, else why not. */
  check: (answer: Answer) => string | null
}

export interface Browser {
  username: string
  /** Rendition paths of the feed page seen last: what a browser would fetch next. */
  images: readonly string[]
  /** Photo ids seen last. */
  photos: readonly string[]
  /** Does it, checks and records it. @returns the answer, or null where it failed; never rejects */
  ask: (ask: Ask) => Promise<Answer | null>
  destroy: () => void
}

/** Longer than the balancer waits for one app server and then for another: what is slower than this is no answer to anybody. */
export const REQUEST_TIMEOUT_MS = 20_000

/** What one person uses: a session cookie, a few connections to each origin. All that it asks is recorded in `log`. */
export function openBrowser(person: Person, target: Target, log: Pick<RunLog, 'at' | 'note'>): Browser {
  const { token, localAddress, username } = person
  const cookie = `Cookie: ${target.lb.isTls ? '__Host-mg' : 'mg'}=${token}\r\n`
  const address = target.bindsAddresses ? localAddress : null
  const shared =
    'User-Agent: MiniGram load generator\r\nAccept: application/json, */*\r\nAccept-Encoding: gzip\r\nSec-Fetch-Site: same-origin\r\n' +
    (target.edgeSecret === null ? '' : `X-Edge-Secret: ${target.edgeSecret}\r\nX-Forwarded-For: ${localAddress}\r\n`)
  const headers = {
    lb: `Host: ${target.lb.authority}\r\n${shared}${cookie}`,
    // Photos are fetched without credentials, from an origin of their own.
    edge: `Host: ${target.edge.authority}\r\n${shared}`,
  }
  let retries = 0
  const onRetry = () => (retries += 1)
  const lines = {
    lb: openLines({ ...target.lb, localAddress: address }, onRetry),
    edge: openLines({ ...target.edge, localAddress: address }, onRetry),
  }

  return {
    username,
    images: [],
    photos: [],
    async ask(ask) {
      const { origin, method, path, body } = ask
      const head =
        `${method} ${path} HTTP/1.1\r\n${headers[origin]}` +
        (ask.idempotencyKey === undefined ? '' : `Idempotency-Key: ${ask.idempotencyKey}\r\n`) +
        (body === undefined ? '' : `Content-Type: ${ask.contentType}\r\nContent-Length: ${body.length}\r\n`) +
        '\r\n'
      const isIdempotent = method !== 'POST'
      const request = { head, body: body ?? null, keepsBody: ask.keepsBody, timeoutMs: REQUEST_TIMEOUT_MS }
      let answer: Answer | null = null
      let failure: string | null
      try {
        answer = await lines[origin].ask(request, isIdempotent)
        failure = answer.status === ask.expectedStatus ? ask.check(answer) : String(answer.status)
      } catch (error) {
        failure = error instanceof Lost ? error.message : `unreadable: ${String(error)}`
      }
      if (retries > 0) log.at(ask.sinceMs).counts.retried += retries
      retries = 0
      const elapsedMs = performance.now() - ask.sinceMs
      log.note(ask.sinceMs, {
        kind: ask.kind,
        isStatic: ask.isStatic === true,
        isIdempotent,
        elapsedMs,
        answer,
        failure,
      })
      return failure === null ? answer : null
    },
    destroy() {
      lines.lb.destroy()
      lines.edge.destroy()
    },
  }
}
