import type { Benchmark, BenchOptions, Say } from './benchmark.ts'

const EVERY_MS = { terminal: 1_000, file: 20_000 }
const CLEAR_LINE = '\r\x1b[2K'

export type Progress = ReturnType<typeof createProgress>

/** On stderr: what runs, since when, and how long all of it will still take; a line that rewrites itself on a terminal. */
export function createProgress(benchmarks: readonly Benchmark[], options: BenchOptions) {
  const { stderr } = process
  const expected = benchmarks.map((each) => each.expectedSeconds(options))
  let at = -1
  let what = ''
  let startedAt = 0
  let timer: NodeJS.Timeout | null = null

  function leftSeconds(): number {
    const rest = expected.slice(at + 1).reduce((sum, seconds) => sum + seconds, 0)
    return rest + Math.max(0, (expected[at] ?? 0) - elapsedSeconds())
  }
  function elapsedSeconds(): number {
    return (performance.now() - startedAt) / 1_000
  }
  function show(): void {
    const line = `  ${what === '' ? '…' : what}   ${duration(elapsedSeconds())} so far, about ${duration(leftSeconds())} left in all`
    stderr.write(stderr.isTTY ? `${CLEAR_LINE}${line.slice(0, stderr.columns)}` : `${line}\n`)
  }

  return {
    begin({ name, about }: Benchmark): Say {
      at += 1
      what = ''
      startedAt = performance.now()
      stderr.write(
        `[${at + 1}/${benchmarks.length}] ${name}: ${about}; about ${duration(leftSeconds())} from here on\n`,
      )
      timer = setInterval(show, stderr.isTTY ? EVERY_MS.terminal : EVERY_MS.file)
      return (text) => void (what = text)
    },
    end(outcome: string): void {
      if (timer) clearInterval(timer)
      stderr.write(`${stderr.isTTY ? CLEAR_LINE : ''}  ${outcome} after ${duration(elapsedSeconds())}\n`)
    },
  }
}

export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}
