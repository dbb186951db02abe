import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { Agent, fetch, FormData } from 'undici'
import type { ErrorCode } from '../../src/contract/errors.ts'

export interface Answer<Body = any> {
  status: number
  headers: Headers
  body: Body
}

export interface Person {
  username: string
  token: string
  /** 127.x.y.z: a client address of one's own, as NGINX would report it. */
  address: string
  signsUp(username: string): Promise<Person>
  get<Body = any>(path: string, headers?: Record<string, string>): Promise<Answer<Body>>
  send<Body = any>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>
  /** Multipart, texts before the file as the web UI sends them. */
  uploads<Body = any>(path: string, file: Uint8Array, options?: UploadOptions): Promise<Answer<Body>>
}

export interface UploadOptions {
  method?: 'POST' | 'PUT'
  fileName?: string
  fields?: Record<string, string>
  headers?: Record<string, string>
}

export const PASSWORD = 'correct horse battery'

/**
 * A client of the API as a person is one: a token, an address, and calls that read as sentences.
 * `localAddress`: where the connections come from; without it `X-Real-IP` claims an address, which only a bare app server believes.
 */
export function createPerson(origin: string, localAddress?: string): Person {
  const dispatcher = localAddress === undefined ? null : new Agent({ localAddress, keepAliveTimeout: 1_000 })
  const person: Person = {
    username: '',
    token: '',
    address: localAddress ?? `127.${randomInt(1, 250)}.${randomInt(1, 250)}.${randomInt(1, 250)}`,
    async signsUp(username) {
      const answer = await person.send('POST', '/api/accounts', { username, password: PASSWORD })
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
      person.username = answer.body.account.username
      person.token = answer.body.token
      return person
    },
    get: (path, headers = {}) => call('GET', path, undefined, headers),
    send(method, path, body, headers = {}) {
      if (body === undefined) return call(method, path, undefined, headers)
      return call(method, path, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
    },
    uploads(path, file, { method = 'POST', fileName = 'photo.jpg', fields = {}, headers = {} } = {}) {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.append(name, value)
      form.append('file', new Blob([new Uint8Array(file)]), fileName)
      return call(method, path, form, headers)
    },
  }

  async function call(
    method: string,
    path: string,
    body: string | FormData | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const response = await fetch(new URL(path, origin), {
      method,
      ...(dispatcher ? { dispatcher } : {}),
      ...(body === undefined ? {} : { body }),
      headers: {
        'x-real-ip': person.address,
        ...(person.token ? { authorization: `Bearer ${person.token}` } : {}),
        ...headers,
      },
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text && /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
    }
  }
  return person
}

/** The refusal that the contract names, in the form that the contract promises. */
export function assertRefused(answer: Answer, status: number, code: ErrorCode): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.code, code)
  assert.ok(answer.body.title.length > 0 && answer.body.requestId.length > 0)
}
