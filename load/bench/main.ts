import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fanOut } from './fan-out.ts'
import { follows } from './follows.ts'
import { pages } from './pages.ts'

export interface Table {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}

export interface Benchmark {
  name: string
  run(options: { seconds: number; rounds: number }): Promise<Table[]>
}

const BENCHMARKS: readonly Benchmark[] = [pages, follows, fanOut]
const REPORT = join(import.meta.dirname, '../../docs/benchmarks.md')
const [BEGIN, END] = ['<!-- npm run bench -->', '<!-- end -->']

const USAGE = `usage: npm run bench -- [${BENCHMARKS.map(({ name }) => name).join('|')} …] [--seconds S] [--rounds N] [--write]

Starts throwaway servers and one app server, measures, prints tables. Rounds of what is compared take turns, so that ratios
hold on a busy machine too. --write puts the tables into docs/benchmarks.md. Needs wrk.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const chosen = BENCHMARKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (values.help || chosen.length === 0) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}

const options = { seconds: Number(values.seconds), rounds: Number(values.rounds) }
const sections: string[] = [provenance()]
for (const { name, run } of chosen) {
  process.stderr.write(`${name} …\n`)
  for (const table of await run(options)) sections.push(markdown(table))
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
process.exit(0)

function markdown({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [`### ${title}`, '', line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function provenance(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const isDirty = execFileSync('git', ['status', '--porcelain', '--', 'src', 'load', 'db'], { encoding: 'utf8' }) !== ''
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}`
  return `Commit ${commit}${isDirty ? ' with changes' : ''}, ${machine}, Node ${process.version}, \`npm run bench -- ${process.argv.slice(2).join(' ')}\`, ${new Date().toISOString().slice(0, 16)}Z, load average before ${loadavg()[0]?.toFixed(1)}.`
}
