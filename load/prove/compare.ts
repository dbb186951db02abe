import { number } from './format.ts'
import type { ClaimRow, ProveReport, Status } from './report.ts'

export interface ClaimChange {
  id: string
  unit: string
  before: number | null
  now: number | null
  /** Relative to before, in percent, as the values go; null where there is nothing to compare. */
  deltaPercent: number | null
  /** Does the change go the way that the promise wants? */
  direction: 'better' | 'worse' | 'same' | null
  verdicts: { before: Status; now: Status } | null
}

export interface Comparison {
  name: string
  before: Pick<ProveReport, 'startedAt' | 'commit' | 'isQuick' | 'machine'>
  changes: ReadonlyMap<string, ClaimChange>
  /** For the terminal. */
  lines: readonly string[]
}

/** Less than this is noise on any machine. */
const SAME_PERCENT = 3

/** Old against new, promise by promise. `name`: what the old one is called. */
export function compare(old: ProveReport, now: ProveReport, name: string): Comparison {
  const changes = new Map(
    now.claims.map((row) => [
      row.id as string,
      changeOf(
        old.claims.find(({ id }) => id === row.id),
        row,
      ),
    ]),
  )
  const { startedAt, commit, isQuick, machine } = old
  return { name, before: { startedAt, commit, isQuick, machine }, changes, lines: linesOf(changes, name, old, now) }
}

function changeOf(old: ClaimRow | undefined, now: ClaimRow): ClaimChange {
  const before = old?.value ?? null
  const deltaPercent = before === null || now.value === null || before === 0 ? null : (now.value / before - 1) * 100
  return {
    id: now.id,
    unit: now.target.unit,
    before,
    now: now.value,
    deltaPercent,
    direction: directionOf(before, now, deltaPercent),
    verdicts: old && old.status !== now.status ? { before: old.status, now: now.status } : null,
  }
}

function directionOf(
  before: number | null,
  { value, target }: ClaimRow,
  deltaPercent: number | null,
): ClaimChange['direction'] {
  if (before === null || value === null) return null
  if (before === value || (deltaPercent !== null && Math.abs(deltaPercent) < SAME_PERCENT)) return 'same'
  return value < before === (target.better === 'lower') ? 'better' : 'worse'
}

function linesOf(
  changes: ReadonlyMap<string, ClaimChange>,
  name: string,
  old: ProveReport,
  now: ProveReport,
): string[] {
  const both = [...changes.values()].filter(({ before, now: value }) => before !== null && value !== null)
  const different =
    old.isQuick === now.isQuick ? [] : ['  one of the two runs was quick and the other full: compare with care']
  return [
    '',
    `  against ${name} of ${old.startedAt.slice(0, 16).replace('T', ' ')}`,
    ...different,
    ...both.map(({ id, unit, before, now: value, direction, verdicts }) => {
      const turned = verdicts === null ? '' : `   ${verdicts.before} → ${verdicts.now}`
      return `  ${id.padEnd(4)} ${number(before ?? 0)} → ${number(value ?? 0)} ${unit}   ${changeText(changes.get(id))}${direction === null ? '' : ` ${direction}`}${turned}`
    }),
    ...(both.length === 0 ? ['  nothing was measured in both'] : []),
  ]
}

/** `+12 %` */
export function changeText(change: ClaimChange | undefined): string {
  if (!change || change.deltaPercent === null) return ''
  return `${change.deltaPercent > 0 ? '+' : change.deltaPercent < 0 ? '−' : '±'}${number(Math.abs(Math.round(change.deltaPercent * 10) / 10))} %`
}
