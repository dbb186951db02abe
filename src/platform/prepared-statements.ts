import type { PoolClient, QueryResult } from 'pg'

/** Texts of one pool that are prepared; what is asked in more ways than these is parsed and planned each time. */
const STATEMENTS_MAX = 500
/** A longer text is a list of many rows, which hardly comes again with the same length. */
const TEXT_MAX_CHARS = 4_000

type Query = (
  text: string | object,
  values?: readonly unknown[],
  callback?: unknown,
) => Promise<QueryResult> | undefined

/**
 * Has connections of a pool keep the statements that they were sent: PostgreSQL parses each text once a connection, and plans
 * it anew only where the plan for any parameters would be dearer than one for these.
 */
export function createPreparing(): (client: PoolClient) => void {
  const names = new Map<string, string>()

  function nameOf(text: string): string | undefined {
    const known = names.get(text)
    if (known !== undefined || names.size === STATEMENTS_MAX || text.length > TEXT_MAX_CHARS) return known
    const name = `s${names.size}`
    names.set(text, name)
    return name
  }

  return (client) => {
    const query = client.query.bind(client) as Query
    client.query = ((text, values, callback) => {
      // Without parameters it is BEGIN, COMMIT or the like, for which one message does.
      const name = typeof text === 'string' && values && values.length > 0 ? nameOf(text) : undefined
      return name === undefined ? query(text, values, callback) : query({ name, text, values }, undefined, callback)
    }) as Query as typeof client.query
  }
}
