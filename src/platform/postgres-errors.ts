/** SQLSTATEs after which a node's role is unknown: it turned read-only, or it is shutting down, starting or gone. */
const ROLE_CHANGED = new Set(['25006', '57P01', '57P02', '57P03', '08006', '08003', '08001', '08004'])
// ENOENT: a server that was stopped takes its UNIX socket along.
const SOCKET_FAILED = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])
/** The node may only be slow: overload is not death, so one of these alone takes no node out of the rotation. */
const TIMED_OUT = /Query read timeout|timeout expired|due to connection timeout|timeout exceeded when trying to connect/
const DRIVER_MESSAGE =
  /Connection terminated|Query read timeout|Client has encountered a connection error|not queryable/

/** Whether the connection or the node's role was lost, as opposed to a query that failed on its own. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return ROLE_CHANGED.has(code) || SOCKET_FAILED.has(code) || DRIVER_MESSAGE.test(error.message)
}

/** The name of the violated unique constraint, or null when `error` is something else. */
export function violatedUnique(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return null
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : ''
}

/** Whether a row that the statement refers to is gone (foreign key violation). */
export function isMissingReference(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503'
}

/** Whether it is the row with this id that is gone. */
export function isMissing(error: unknown, id: string): boolean {
  return isMissingReference(error) && String(Object(error).detail).includes(`(${id})`)
}

/** Whether the transaction gave way to another one and may simply run again: a deadlock or a serialisation failure. */
export function hasGivenWay(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(40P01|40001)$/.test(String(error.code))
}

/** Whether nothing but time ran out: for an answer, for a connection, or for a free place in the pool. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && TIMED_OUT.test(error.message)
}
