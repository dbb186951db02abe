import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions } from './benchmark.ts'
import { celebrity } from './celebrity.ts'
import { edge } from './edge.ts'
import { fanOut } from './fan-out.ts'
import { follows } from './follows.ts'
import { generator } from './generator.ts'
import { hotQueries } from './hot-queries.ts'
import { memory } from './memory.ts'
import { pages } from './pages.ts'

const BENCHMARKS: readonly Benchmark[] = [pages, edge, follows, fanOut, celebrity, hotQueries, memory, generator]

const USAGE = `usage: npm run bench -- [NAME …] [--seconds S] [--rounds N] [--scale X] [--stack] [--minutes M] [--write]

Measures, prints tables, and says of each line whether it reached its goal. Without a name, all of:
${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

  --seconds S   of one round of pages, edge, follows and generator (4)
  --rounds N    of these (5)
  --scale X     share of the large set for hot-queries, 0.001 to 1 (1)
  --stack       hot-queries asks a replica of the running stack, after ./minigram seed --large, and seeds nothing itself
  --minutes M   of memory (10)
  --write       puts the tables of these benchmarks into docs/benchmarks.md, in the place of those that were there

Rounds of what is compared take turns, so that ratios hold on a busy machine too. memory, generator, and hot-queries with --stack, ask
the running stack (MINIGRAM_STATE, MINIGRAM_PORT_OFFSET); all others start servers of their own. One that fails or cannot be
measured is reported, and the others go on. Tables on stdout, progress and time left on stderr.
Exit code: 0 when every goal was reached, 1 when one was missed or not measured, 2 for a wrong option.`

/** Of this process; ends it when they are wrong or ask for help. */
export function readArguments(): { chosen: readonly Benchmark[]; options: BenchOptions; write: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '4' },
        rounds: { type: 'string', default: '5' },
        scale: { type: 'string', default: '1' },
        stack: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '10' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      return process.exit(0)
    }
    for (const given of positionals)
      if (!BENCHMARKS.some(({ name }) => name === given)) throw new Error(`there is no benchmark ${given}`)
    const number = (name: 'seconds' | 'rounds' | 'scale' | 'minutes', least: number, most: number) => {
      const value = Number(values[name])
      if (value >= least && value <= most) return value
      throw new Error(`--${name} is a number from ${least} to ${most}`)
    }
    return {
      chosen: BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
      options: {
        seconds: number('seconds', 1, 600),
        rounds: Math.round(number('rounds', 1, 100)),
        scale: number('scale', 0.001, 1),
        stack: values.stack,
        minutes: number('minutes', 0.5, 600),
      },
      write: values.write,
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}   try: npm run bench -- --help`)
    return process.exit(2)
  }
}
