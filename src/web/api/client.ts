import type { Problem } from '../../contract/common.ts'
import { ApiError } from './problem.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Query = Record<string, string | number | null | undefined>

/** One request to our API. A body makes it JSON, FormData stays as it is; a 204 answers undefined.
 *  Every POST carries an Idempotency-Key: pass the same `key` again to repeat it without a second effect.
 *  @throws ApiError for a problem answer, and with code `network.failed` when there was no answer. */
export async function call<Answer = undefined>(
  method: Method,
  path: string,
  given: { body?: unknown; query?: Query; signal?: AbortSignal; key?: string } = {},
): Promise<Answer> {
  // nothing beyond what a preload in the page's head sends, so that its answer is taken
  const headers = new Headers()
  const isForm = given.body instanceof FormData
  if (given.body !== undefined && !isForm) headers.set('content-type', 'application/json')
  if (method === 'POST') headers.set('idempotency-key', given.key ?? newKey())
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (given.body !== undefined) init.body = isForm ? (given.body as FormData) : JSON.stringify(given.body)
  if (given.signal) init.signal = given.signal
  let response: Response
  let text: string
  try {
    response = await fetch(path + search(given.query), init)
    // a connection can also be lost in the middle of an answer
    text = await response.text()
  } catch (cause) {
    if (given.signal?.aborted) throw cause
    throw ApiError.network()
  }
  if (!response.ok) throw problemOf(response.status, text, response.headers)
  return (text ? JSON.parse(text) : undefined) as Answer // the contract is checked by the server's serialiser
}

/** An ApiError from any non-2xx answer, also from a proxy that answers HTML. */
export function problemOf(status: number, text: string, headers: Pick<Headers, 'get'>): ApiError {
  let problem: Partial<Problem> = {}
  try {
    problem = JSON.parse(text) as Partial<Problem>
  } catch {
    // not JSON: the status alone has to do
  }
  const requestId = problem.requestId ?? headers.get('x-request-id') ?? ''
  return new ApiError({ ...problem, status, requestId, retryAfter: headers.get('retry-after') })
}

function search(query: Query = {}): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== '') given.set(name, String(value))
  return given.size ? `?${given.toString()}` : ''
}

/** 128 random bits. @NOTE crypto.randomUUID is absent on plain-http origins other than localhost. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
