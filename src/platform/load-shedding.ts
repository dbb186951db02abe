import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { ERRORS } from '../contract/errors.ts'
import { AsciiResponse } from './ascii-response.ts'
import { toProblem } from './http-errors.ts'
import type { Metrics } from './metrics.ts'
import { requestIdFrom } from './request-id.ts'
import { createShedClasses, type ShedClasses } from './shed-classes.ts'
import { createShedPolicy } from './shed-policy.ts'

const TICK_MS = 50
/** Clients that were refused together shall not come back together. */
const RETRY_AFTER_MAX_SECONDS = 3
const CODE = 'service.overloaded'

export interface LoadShedding extends Disposable {
  /** A server before `handle`: what it refuses has cost a look at method and path, and nothing of a framework's. */
  createServer(handle: RequestListener): Server
  /** Told of every route as it is declared. */
  classes: Pick<ShedClasses, 'add'>
  inFlight(): number
  isOverloaded(): boolean
  isBusy(): boolean
}

export interface LoadSheddingOptions {
  instance: string
  /** 0: nothing is ever refused. */
  targetMs: number
  metrics: Pick<Metrics, 'shedRequests' | 'answered' | 'requestQueueSeconds' | 'shedding'>
  random?: () => number
}

/** Refuses requests while this app server has more of them than it can answer in time (docs/decisions/0010). */
export function createLoadShedding(options: LoadSheddingOptions): LoadShedding {
  const { instance, targetMs, metrics, random = Math.random } = options
  const policy = createShedPolicy(targetMs > 0 ? targetMs : Infinity)
  const classes = createShedClasses()
  let tickedAtMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    policy.tick(performance.timeOrigin + nowMs, Math.max(0, nowMs - tickedAtMs - TICK_MS))
    tickedAtMs = nowMs
  }, TICK_MS)
  timer.unref()
  metrics.shedding(() => ({ instance, ...policy.state() }))

  function isRefused(request: IncomingMessage, response: ServerResponse): boolean {
    const sentAtMs = sentAt(request)
    const nowMs = performance.timeOrigin + performance.now()
    if (sentAtMs !== null) metrics.requestQueueSeconds.observe(Math.max(0, nowMs - sentAtMs) / 1_000)
    const { method = 'GET', url = '/' } = request
    const found = classes.of(method, url)
    if (policy.admits(found.shedClass, nowMs, sentAtMs)) return false
    metrics.shedRequests.inc({ class: found.shedClass, instance })
    metrics.answered(found.url, method, 503, instance, null)
    refuse(request, response, 1 + Math.floor(random() * RETRY_AFTER_MAX_SECONDS))
    return true
  }

  return {
    createServer: (handle) =>
      createServer({ ServerResponse: AsciiResponse }, (request, response) => {
        if (isRefused(request, response)) return
        response.once('close', () => policy.done())
        handle(request, response)
      }),
    classes,
    inFlight: () => policy.state().inFlight,
    isOverloaded: () => policy.state().isOverloaded,
    isBusy: () => policy.isBusy(),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, seconds: number): void {
  const [status] = ERRORS[CODE]
  const detail = `Please try again in ${seconds} second${seconds === 1 ? '' : 's'}.`
  // No error is thrown for it: under overload its stack would be a tenth of what a refusal costs.
  const problem = toProblem({ code: CODE, status, detail }, requestIdFrom(header(request, 'x-request-id')))
  response
    .writeHead(status, {
      'content-type': 'application/problem+json',
      'retry-after': String(seconds),
      'cache-control': 'private, no-store',
      // NGINX keeps it as little.
      'x-accel-expires': '0',
    })
    .end(JSON.stringify(problem))
}

/** `t=1732500000.123`: NGINX's clock when it passed the request on. Only NGINX opens the socket that an app server listens on. */
function sentAt(request: IncomingMessage): number | null {
  const sent = header(request, 'x-request-start')
  const seconds = sent?.startsWith('t=') ? Number(sent.slice(2)) : NaN
  return Number.isFinite(seconds) ? seconds * 1_000 : null
}

/** Without the object of all headers, which Node makes when it is first asked for one. `name` in lower case. */
function header({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const each = rawHeaders[at]
    if (each?.length === name.length && each.toLowerCase() === name) return rawHeaders[at + 1]
  }
  return undefined
}
