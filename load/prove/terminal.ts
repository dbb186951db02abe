import type { Printer } from '../../src/cli/print.ts'
import { duration, number, quantity, target } from './format.ts'
import { countOf, isMeasured, type ClaimRow, type ProveReport, type Status } from './report.ts'
import type { Progress } from './run-scenarios.ts'

const COLOURS: Readonly<Record<Status, 'green' | 'red' | 'yellow' | 'dim'>> = {
  pass: 'green',
  fail: 'red',
  void: 'yellow',
  missed: 'yellow',
  'not run': 'dim',
  'not yet': 'dim',
}

/** The table of promises for a terminal; what was not measured is counted below it. */
export function claimTable(rows: readonly ClaimRow[], paint: Printer['paint']): string[] {
  const shown = rows.filter(isMeasured)
  const cells = shown.map(({ id, title, target: goal, value, status }) => [
    id,
    title,
    target(goal),
    value === null ? '–' : quantity(value, goal.unit),
    status,
  ])
  const header = ['', 'promise', 'target', 'measured', 'verdict']
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => (column === 2 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join('  ')}`.trimEnd()
  return [
    paint('dim', line(header)),
    ...shown.flatMap((row, index) => [
      paint(COLOURS[row.status], line(cells[index] ?? [])),
      ...(row.status === 'pass' ? [] : row.notes.map((note) => paint('dim', `         ${note}`))),
    ]),
  ]
}

/** `21 hold, 2 do not, 1 void, 3 not run, 14 not yet` */
export function countLine(rows: readonly Pick<ClaimRow, 'status'>[]): string {
  const counts: [number, string][] = [
    [countOf(rows, 'pass'), 'hold'],
    [countOf(rows, 'fail'), 'do not'],
    [countOf(rows, 'void'), 'void'],
    [countOf(rows, 'missed'), 'missed as goals'],
    [countOf(rows, 'not run'), 'not run'],
    [countOf(rows, 'not yet'), 'not yet measured'],
  ]
  return counts
    .filter(([count], index) => index < 2 || count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}

/** Progress on stderr: one line per scenario, and in between what it does and how long the run will still take. */
export function createProgress(printer: Printer): Progress {
  return {
    begin: (name, index, count) => printer.pending(`  [${index + 1}/${count}] ${name}`),
    say: (name, line, leftSeconds) => {
      const text = `  ${name.padEnd(14)} ${line}`
      printer.pending(`${text.slice(0, 90)}   ${duration(leftSeconds)} left`)
    },
    end: ({ name, measurements, seconds, outcome, reason }, leftSeconds) => {
      const verdicts = measurements.map(({ claim, value, verdict }) =>
        printer.paint(COLOURS[verdict], `${claim} ${number(value)}${verdict === 'pass' ? '' : ` ${verdict}`}`),
      )
      const what = outcome === 'ran' ? verdicts.join('  ') : printer.paint('red', `${outcome}: ${reason}`)
      printer.progress(
        `  ${name.padEnd(14)} ${duration(seconds ?? 0).padStart(12)}  ${what}${leftSeconds > 0 ? printer.paint('dim', `   ${duration(leftSeconds)} left`) : ''}`,
      )
    },
  }
}

export function closing(report: ProveReport, files: { html: string; json: string }): string[] {
  const word = { pass: 'every measured promise holds', fail: 'not every promise holds', void: 'the run is void' }
  return [
    '',
    `  ${word[report.verdict]}: ${countLine(report.claims)}`,
    ...report.warnings.map((warning) => `  note: ${warning}`),
    `  report  ${files.html}`,
    `  data    ${files.json}`,
  ]
}
