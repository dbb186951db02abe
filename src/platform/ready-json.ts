import type { FastifyReply } from 'fastify'

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * Sends text that is JSON already, such as cached pieces joined: no serialiser sees it, so it must have been made from
 * values that had been shaped for the wire. Typed as whatever the route's schema wants to be answered.
 */
export function sendJson(reply: Pick<FastifyReply, 'header'>, json: string): never {
  reply.header('content-type', JSON_TYPE)
  // Fastify sends text of this content type as it is; the schema of the response is for the documentation.
  return json as never
}

/**
 * JSON in ASCII, what is beyond escaped, for what is cached. One emoji in one caption, and V8 would hold the whole page in two
 * bytes a character and encode it for every answer.
 */
export function asciiJson(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, escaped)
}

/** JSON of a string that holds nothing to escape: an id, a cursor. */
export function quoted(plain: string | null): string {
  return plain === null ? 'null' : `"${plain}"`
}
