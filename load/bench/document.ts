import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Table } from './benchmark.ts'

const DOCUMENT = join(import.meta.dirname, '../../docs/benchmarks.md')
const PRETTIER = join(import.meta.dirname, '../../node_modules/prettier/bin/prettier.cjs')
const END = '<!-- end of npm run bench -->'
const begin = (name: string) => `<!-- npm run bench -- ${name} -->`

/** The tables of one benchmark, with where the numbers come from. */
export function section(name: string, tables: readonly Table[], loadBefore: number): string {
  return [...tables.map(markdown), provenance(name, loadBefore)].join('\n\n')
}

/** Puts a section into the document, in the place of the one that was there. */
export function keep(name: string, text: string): void {
  const document = readFileSync(DOCUMENT, 'utf8')
  const from = document.indexOf(begin(name))
  const before = from === -1 ? document.slice(0, document.indexOf(END)) : document.slice(0, from)
  const rest = document.slice(from === -1 ? before.length : from + begin(name).length)
  const next = [rest.indexOf('<!-- npm run bench'), rest.indexOf(END)].filter((at) => at !== -1)
  writeFileSync(DOCUMENT, `${before}${begin(name)}\n\n${text}\n\n${rest.slice(Math.min(...next))}`)
  execFileSync(process.execPath, [PRETTIER, '--write', '--log-level=warn', DOCUMENT])
}

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

function provenance(name: string, loadBefore: number): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  const isDirty = git('status', '--porcelain', '--', 'src', 'load', 'db', 'deploy') !== ''
  const commit = `${git('rev-parse', '--short', 'HEAD')}${isDirty ? ' with changes' : ''}`
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}, Node ${process.version}`
  const options = process.argv.slice(2).filter((word) => word.startsWith('--') || /^[\d.]+$/.test(word))
  const command = ['npm run bench --', name, ...options.filter((word) => word !== '--write')].join(' ')
  const load = `load average ${loadBefore.toFixed(1)} before and ${loadavg()[0]?.toFixed(1)} at the end`
  return `Commit ${commit}, ${machine}, \`${command}\`, ${new Date().toISOString().slice(0, 16)}Z, ${load}.`
}
