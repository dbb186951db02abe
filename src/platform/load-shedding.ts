import { performance } from 'node:perf_hooks'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from './errors.ts'
import { sendProblem } from './http-errors.ts'
import type { Metrics } from './metrics.ts'
import { manifestOf, shedClassOf } from './route-manifest.ts'
import { createShedPolicy } from './shed-policy.ts'

const TICK_MS = 50
/** Clients that were refused together shall not come back together. */
const RETRY_AFTER_MAX_SECONDS = 3

export interface LoadShedding extends Disposable {
  /** An `onRequest` hook, before all others: what is refused has cost a look at its address and nothing else. */
  onRequest(request: FastifyRequest, reply: FastifyReply, next: () => void): void
  inFlight(): number
}

export interface LoadSheddingOptions {
  instance: string
  /** 0: nothing is ever refused. */
  targetMs: number
  metrics: Pick<Metrics, 'shedRequests' | 'requestQueueSeconds' | 'shedding'>
  random?: () => number
}

/** Refuses requests while this app server has more of them than it can answer in time (docs/decisions/0010). */
export function createLoadShedding(options: LoadSheddingOptions): LoadShedding {
  const { instance, targetMs, metrics, random = Math.random } = options
  const policy = createShedPolicy(targetMs > 0 ? targetMs : Infinity)
  let tickedAtMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    policy.tick(performance.timeOrigin + nowMs, Math.max(0, nowMs - tickedAtMs - TICK_MS))
    tickedAtMs = nowMs
  }, TICK_MS)
  timer.unref()
  metrics.shedding(() => ({ instance, ...policy.state() }))

  return {
    onRequest(request, reply, next) {
      const sentAtMs = sentAt(request)
      const nowMs = performance.timeOrigin + performance.now()
      const shedClass = shedClassOf(manifestOf(request.routeOptions.config), request.method)
      if (sentAtMs !== null) metrics.requestQueueSeconds.observe(Math.max(0, nowMs - sentAtMs) / 1_000)
      if (policy.admits(shedClass, nowMs, sentAtMs)) {
        reply.raw.once('close', () => policy.done())
        next()
        return
      }
      metrics.shedRequests.inc({ class: shedClass, instance })
      const seconds = 1 + Math.floor(random() * RETRY_AFTER_MAX_SECONDS)
      const detail = `Please try again in ${seconds} second${seconds === 1 ? '' : 's'}.`
      reply.header('retry-after', String(seconds))
      sendProblem(reply, new AppError('service.overloaded', detail), request.id)
    },
    inFlight: () => policy.state().inFlight,
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** `t=1732500000.123`: NGINX's clock when it passed the request on. Only NGINX opens the socket that an app server listens on. */
function sentAt(request: FastifyRequest): number | null {
  const header = request.headers['x-request-start']
  const seconds = typeof header === 'string' && header.startsWith('t=') ? Number(header.slice(2)) : NaN
  return Number.isFinite(seconds) ? seconds * 1_000 : null
}
