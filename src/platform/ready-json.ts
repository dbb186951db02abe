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

/** JSON of a string that holds nothing to escape: an id, a cursor. */
export function quoted(plain: string | null): string {
  return plain === null ? 'null' : `"${plain}"`
}
