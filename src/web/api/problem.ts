import type { ErrorCode } from '../../contract/errors.ts'

type Given = {
  status: number
  code?: string
  title?: string
  detail?: string
  requestId: string
  retryAfter?: string | null
}

/** What went wrong, as the API tells it. `network.failed` and `http.<status>` are ours, for answers without a code. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | undefined
  readonly requestId: string
  /** When a retry makes sense, in epoch milliseconds; undefined when the server did not say. */
  readonly retryAtMs: number | undefined

  constructor(given: Given) {
    super(given.title ?? `HTTP ${given.status}`)
    this.status = given.status
    this.code = given.code ?? `http.${given.status}`
    this.title = given.title ?? titleOf(given.status)
    this.detail = given.detail
    this.requestId = given.requestId
    this.retryAtMs = retryAt(given.retryAfter)
  }

  static network(): ApiError {
    return new ApiError({ status: 0, code: 'network.failed', title: 'No connection to the server', requestId: '' })
  }

  is(code: ErrorCode | 'network.failed'): boolean {
    return this.code === code
  }
}

/** Worth asking again by itself: no answer, or a server that is busy, leaving or restarting. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503)
}

/** What happened and what to do, for a person: the API's title says the one, its detail mostly the other. */
export function sentence(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something unexpected happened.'
  if (error.is('network.failed')) return 'There was no answer. Check the connection and try again.'
  if (error.status === 429) return tooOften(secondsUntil(error.retryAtMs) || 10)
  if (error.is('service.no_primary')) return 'Nothing can be saved at the moment. Please try again shortly.'
  if (error.detail && (error.is('request.invalid') || error.detail.startsWith(error.title))) return error.detail
  return error.detail ? `${error.title}. ${error.detail}` : `${error.title}.`
}

function tooOften(seconds: number): string {
  if (seconds <= 90) return `A little too fast. Try again in ${inWords(seconds)}.`
  return `That was often enough for now. Try again in ${inWords(seconds)}.`
}

export function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return seconds <= 90 ? `${seconds} s` : minutes <= 90 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}

export function secondsUntil(atMs: number | undefined): number {
  return atMs === undefined ? 0 : Math.max(0, Math.ceil((atMs - Date.now()) / 1000))
}

function retryAt(header: string | null | undefined): number | undefined {
  if (!header) return undefined
  const seconds = Number(header)
  const atMs = Number.isFinite(seconds) ? Date.now() + seconds * 1000 : Date.parse(header)
  return Number.isFinite(atMs) ? atMs : undefined
}

function titleOf(status: number): string {
  if (status === 413) return 'This is larger than the server takes'
  if (status === 429) return 'Too many requests'
  if (status >= 500) return 'The server could not answer'
  return 'The request was not accepted'
}
