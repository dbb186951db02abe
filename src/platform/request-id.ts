import { randomBytes } from 'node:crypto'

/** NGINX's id where there is one, else one of our own. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w-]{8,64}$/.test(header) ? header : randomBytes(16).toString('hex')
}
