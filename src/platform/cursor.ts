import { PAGE_LIMIT_DEFAULT } from '../contract/limits.ts'
import { AppError } from './errors.ts'

/** Parts of a keyset position ↔ an opaque cursor. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws AppError request.cursor_invalid unless it holds as many parts as there are `shapes`, each matching its own. */
export function decodeCursor(cursor: string, shapes: readonly RegExp[]): string[] {
  const parts = parse(cursor)
  if (parts?.length === shapes.length && parts.every((part, index) => shapes[index]?.test(part))) return parts
  throw new AppError('request.cursor_invalid', 'Take `nextCursor` of the page before as it is, or start without one.')
}

function parse(cursor: string): string[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null
  } catch {
    return null
  }
}

export const UUID_SHAPE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Postgres' own text of a timestamptz with microseconds, as `to_char` writes it in the queries that page by time. */
export const INSTANT_SHAPE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$/
export const FLOAT_SHAPE = /^-?\d{1,12}(\.\d{1,20})?$/

/** Cuts rows that were asked for with `limit + 1` to a page. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number = PAGE_LIMIT_DEFAULT,
  position: (row: Row) => readonly string[],
) {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(position(last)) : null }
}
