import { Type, type Static } from 'typebox'
import { SEARCH_MAX_CHARS, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from './limits.ts'

/** No cursor: a search answers its best matches and nothing after them. */
export const SearchQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: SEARCH_MAX_CHARS, description: 'Part of a username or a name' }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })),
})
export type SearchQuery = Static<typeof SearchQuery>
