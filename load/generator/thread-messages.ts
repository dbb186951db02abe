import type { World } from './actions.ts'
import type { Step } from './arrivals.ts'
import type { Target } from './browser.ts'
import type { ThreadPart, ThreadSecond } from './driven.ts'
import type { Mix } from './mixes.ts'
import type { Person } from './people.ts'

/** What a thread is made with: every so-manieth person of the crowd is its. */
export interface ThreadData {
  thread: number
  threads: number
  people: readonly Person[]
  celebrity: Person | null
  world: World
  target: Target
  seed: number
}

export type Order =
  | { kind: 'drive'; steps: readonly Step[]; mix: Mix; seed: number; startAtUnixMs: number }
  /** Begin nothing more, and report. */
  | { kind: 'stop' }
  | { kind: 'follow celebrity' }
  /** Deletes what was uploaded, ends the follows that were made for the celebrity, closes all connections. */
  | { kind: 'leave'; keepsUploads: boolean }

export type Told =
  | { kind: 'second'; second: ThreadSecond }
  | { kind: 'driven'; parts: ThreadPart[]; isComplete: boolean }
  | { kind: 'done'; problem: string | null }
