import { hash, randomBytes } from 'node:crypto'
import { uuidOf } from '../../platform/ids.ts'

const ACCOUNT_BYTES = 16
const RANDOM_BYTES = 32
const SHAPE = /^[A-Za-z0-9_-]{64}$/

/**
 * What a client presents: the account's id and 256 random bits, opaque to the client. The id inside lets one look-up
 * in Redis bring both the session and the account's write position; it proves nothing, the whole token does.
 */
export function newSessionToken(accountId: string): string {
  const account = Buffer.from(accountId.replaceAll('-', ''), 'hex')
  return Buffer.concat([account, randomBytes(RANDOM_BYTES)]).toString('base64url')
}

/** Null where it cannot be one of our tokens. */
export function accountIdIn(token: string): string | null {
  if (!SHAPE.test(token)) return null
  return uuidOf(Buffer.from(token, 'base64url').subarray(0, ACCOUNT_BYTES))
}

/** What is stored of a token: whoever reads the database cannot sign in with it. 256 random bits need no slow hash. */
export function hashToken(token: string): string {
  return hash('sha256', token)
}
