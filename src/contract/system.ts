import { Type, type Static } from 'typebox'

export const Instance = Type.Object({
  instance: Type.String({ description: 'Which app server answered, e.g. app2' }),
  pid: Type.Integer(),
  release: Type.String(),
  uptimeSeconds: Type.Number(),
})

/** What the web UI asks before anything else. */
export const WebConfig = Type.Object({
  edgeOrigin: Type.String({ description: 'Origin that media and hashed assets are fetched from' }),
})
export type WebConfig = Static<typeof WebConfig>

export const Liveness = Type.Object({ status: Type.Enum(['ok']) })
export const Readiness = Type.Object({
  status: Type.Enum(['ready', 'overloaded', 'starting', 'draining'], {
    description: '`overloaded`: works, and refuses what it could not answer in time',
  }),
})
export type Readiness = Static<typeof Readiness>

export const Health = Type.Object({
  status: Type.Enum(['ok', 'degraded']),
  instance: Type.String(),
  checks: Type.Record(Type.String(), Type.Enum(['ok', 'down', 'read-only'])),
})
export type Health = Static<typeof Health>
