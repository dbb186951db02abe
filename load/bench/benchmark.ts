export interface Table {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  /** Per row, whether it reached what it should; null where nothing is promised. Absent: no row promises anything. */
  isMet?: readonly (boolean | null)[]
}

export interface BenchOptions {
  seconds: number
  rounds: number
  /** Of the large set that hot queries are asked of. */
  scale: number
  /** Hot queries are asked of the running stack, which holds that set. */
  stack: boolean
  /** Of `memory`. */
  minutes: number
}

/** Tells what is being done now; shown with the time left. */
export type Say = (what: string) => void

export interface Benchmark {
  name: string
  about: string
  /** On 2 cores that do nothing else; for the time left. */
  expectedSeconds(options: BenchOptions): number
  /** Why it cannot be measured now, with the next command to type; null when it can. */
  obstacle?(options: BenchOptions): Promise<string | null>
  run(options: BenchOptions, say: Say): Promise<Table[]>
}
