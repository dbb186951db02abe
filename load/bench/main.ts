import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { celebrity } from './celebrity.ts'
import { edge } from './edge.ts'
import { fanOut } from './fan-out.ts'
import { follows } from './follows.ts'
import { hotQueries } from './hot-queries.ts'
import { memory } from './memory.ts'
import { pages } from './pages.ts'

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
  /** Of `memory`. */
  minutes: number
}

export interface Benchmark {
  name: string
  about: string
  run(options: BenchOptions): Promise<Table[]>
}

const BENCHMARKS: readonly Benchmark[] = [pages, edge, follows, fanOut, celebrity, hotQueries, memory]
const REPORT = join(import.meta.dirname, '../../docs/benchmarks.md')
const [BEGIN, END] = ['<!-- npm run bench -->', '<!-- end -->']

const USAGE = `usage: npm run bench -- [NAME …] [--seconds S] [--rounds N] [--scale X] [--minutes M] [--write]

Measures, prints tables, and says of each line whether it reached its goal. Without a name, all of:
${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

  --seconds S   of one round (4)          --scale X     share of the large set for hot-queries, 0.001 to 1 (1)
  --rounds N    of each (5)               --minutes M   of memory (10)
  --write       puts the tables into docs/benchmarks.md

Rounds of what is compared take turns, so that ratios hold on a busy machine too. All but memory start servers of their own;
memory asks the running stack. Exit code: 0 when every goal was reached, 1 when not, 2 for a wrong option.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const unknown = positionals.filter((given) => !BENCHMARKS.some(({ name }) => name === given))
const options: BenchOptions = {
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  scale: Number(values.scale),
  minutes: Number(values.minutes),
}
const isValid = Object.values(options).every((value) => value > 0) && options.scale <= 1
if (values.help || unknown.length > 0 || !isValid) {
  for (const given of unknown) console.error(`there is no benchmark ${given}`)
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}

const sections: string[] = [provenance()]
const missed: string[] = []
for (const { name, run } of chosen) {
  process.stderr.write(`${name} …\n`)
  for (const table of await run(options)) {
    sections.push(markdown(table))
    if (table.isMet?.includes(false)) missed.push(name)
  }
}
sections.push(`Load average at the end: ${loadavg()[0]?.toFixed(1)}.`)
const text = sections.join('\n\n')
console.log(text)
if (values.write) {
  const report = readFileSync(REPORT, 'utf8')
  const [head, tail] = [report.slice(0, report.indexOf(BEGIN)), report.slice(report.indexOf(END))]
  writeFileSync(REPORT, `${head}${BEGIN}\n\n${text}\n\n${tail}`)
}
// What the throwaway servers leave behind holds nobody up.
if (missed.length > 0) console.error(`goals missed: ${[...new Set(missed)].join(', ')}`)
process.exit(missed.length > 0 ? 1 : 0)

function markdown({ title, columns, rows, isMet }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const verdict = (at: number) => {
    const met = isMet?.[at] ?? null
    return met === null ? '' : met ? 'reached' : '**missed**'
  }
  const heads = isMet ? [...columns, 'verdict'] : columns
  const cells = isMet ? rows.map((row, at) => [...row, verdict(at)]) : rows
  return [`### ${title}`, '', line(heads), line(heads.map(() => '---')), ...cells.map(line)].join('\n')
}

function provenance(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const isDirty = execFileSync('git', ['status', '--porcelain', '--', 'src', 'load', 'db'], { encoding: 'utf8' }) !== ''
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}`
  return `Commit ${commit}${isDirty ? ' with changes' : ''}, ${machine}, Node ${process.version}, \`npm run bench -- ${process.argv.slice(2).join(' ')}\`, ${new Date().toISOString().slice(0, 16)}Z, load average before ${loadavg()[0]?.toFixed(1)}.`
}
