import { Type, type Static } from 'typebox'
import { Id, PageQuery } from './common.ts'

export const FeedExplainQuery = Type.Object({ limit: PageQuery.properties.limit })

/** How one's own feed was put together. */
export const FeedExplanation = Type.Object({
  isHit: Type.Boolean({ description: 'No query of the database was needed' }),
  stepsMs: Type.Object({ ids: Type.Number(), load: Type.Number(), liked: Type.Number() }),
  items: Type.Array(
    Type.Object({
      id: Id,
      by: Type.Enum(['push', 'pull', 'rebuilt'], {
        description: 'Pushed into the list when published, merged at read, or read from the tables just now',
      }),
      card: Type.Enum(['memory', 'redis-cache', 'database']),
    }),
  ),
})
export type FeedExplanation = Static<typeof FeedExplanation>
