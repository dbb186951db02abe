import { EXIT } from '../cli-error.ts'

/** One line of `status`; the shape that scripts rely on. */
export interface StatusRow {
  component: string
  name: string
  /** Database nodes only. */
  role: 'primary' | 'replica' | null
  /** A database node's postmaster; otherwise what the supervisor started. */
  pid: number | null
  port: number | null
  healthy: boolean
  /** Proportional memory of the process and its children. */
  memoryBytes: number
}

/** 0: all healthy, one of the nodes the primary. 3: nothing runs. 1: anything between. */
export function statusExitCode(rows: readonly StatusRow[], orphanCount: number): number {
  if (rows.every((row) => row.pid === null) && orphanCount === 0) return EXIT.notRunning
  const primaries = rows.filter((row) => row.role === 'primary').length
  return rows.every((row) => row.healthy) && primaries === 1 && orphanCount === 0 ? EXIT.ok : EXIT.failed
}
