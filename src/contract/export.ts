import { Type, type Static } from 'typebox'
import { Id, Path, Timestamp } from './common.ts'

export const RequestedExport = Type.Object({ id: Id, status: Type.Enum(['running']) })
export type RequestedExport = Static<typeof RequestedExport>

/** The archive of one's own data. `path` answers the file, to its owner alone, until `expiresAt`. */
export const ExportState = Type.Object({
  status: Type.Enum(['none', 'running', 'ready', 'failed']),
  progress: Type.Object({ done: Type.Integer(), total: Type.Integer({ description: 'Photos to pack' }) }),
  sizeBytes: Type.Union([Type.Integer(), Type.Null()]),
  expiresAt: Type.Union([Timestamp, Type.Null()]),
  path: Type.Union([Path, Type.Null()]),
})
export type ExportState = Static<typeof ExportState>
