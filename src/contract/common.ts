import { Type, type Static, type TObject, type TSchema } from 'typebox'
import { CURSOR_MAX_CHARS, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, USERNAME_MAX_CHARS } from './limits.ts'

/** UUIDv7: time-ordered, so that an id doubles as a keyset position. */
export const Id = Type.String({ format: 'uuid' })
export const Timestamp = Type.String({ format: 'date-time' })
/** A path on this service; clients put the edge's origin in front of media paths. */
export const Path = Type.String({ pattern: '^/' })

export const PageQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: CURSOR_MAX_CHARS, description: '`nextCursor` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })),
})
export type PageQuery = Static<typeof PageQuery>

export const IdParams = Type.Object({ id: Id })
export const UsernameParams = Type.Object({ username: Type.String({ minLength: 1, maxLength: USERNAME_MAX_CHARS }) })

/** A page of a keyset list; `nextCursor` is null on the last page. */
export function Page<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) })
}

/** A page whose `viewer` tells what concerns the person who asks, so that the items are the same bytes for everyone. */
export function PageFor<Item extends TSchema, Viewer extends TObject>(item: Item, viewer: Viewer) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]), viewer })
}

/** RFC 9457 with our code and the id to quote in a report. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'Where the code is explained' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    detail: Type.Optional(Type.String()),
    requestId: Type.String(),
  },
  { $id: 'Problem', description: 'application/problem+json (RFC 9457)' },
)
export type Problem = Static<typeof Problem>
