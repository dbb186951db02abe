import { changeText, type ClaimChange, type Comparison } from '../compare.ts'
import { number, quantity, target } from '../format.ts'
import { isMeasured, type ClaimRow, type Status } from '../report.ts'
import { html, type Markup } from './markup.ts'

const GROUPS: readonly (readonly [string, string])[] = [
  ['P', 'People and speed'],
  ['L', 'Load balancing'],
  ['S', 'Scaling'],
  ['C', 'Caches and compression'],
  ['D', 'Database'],
  ['R', 'Failures'],
  ['M', 'Metrics and alerts'],
]
const WORDS: Readonly<Record<Status, string>> = {
  pass: '✓ holds',
  fail: '✕ fails',
  void: '? void',
  missed: '– goal missed',
  'not run': 'not run',
  'not yet': 'not yet',
}

/** What was measured, a table per group. */
export function measuredClaims(rows: readonly ClaimRow[], comparison: Comparison | null): Markup[] {
  return GROUPS.flatMap(([letter, title]) => {
    const own = rows.filter((row) => row.id.startsWith(letter) && isMeasured(row))
    return own.length === 0 ? [] : [claimTable(title, own, comparison)]
  })
}

/** The promises of which this run says nothing, and why. */
export function openClaims(rows: readonly ClaimRow[]): Markup | null {
  const open = rows.filter((row) => !isMeasured(row))
  if (open.length === 0) return null
  return html`<h2 id="open">Of these this run says nothing</h2>
    <table class="open">
      <caption>
        Promises without a measurement
      </caption>
      <thead>
        <tr>
          <th scope="col">Promise</th>
          <th scope="col">Target</th>
          <th scope="col">Why not</th>
        </tr>
      </thead>
      <tbody>
        ${open.map(
          ({ id, title, target: goal, notes }) =>
            html`<tr>
              <th scope="row">${id} ${title}</th>
              <td>${tied(goal)}</td>
              <td>${notes.join('; ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
}

function claimTable(title: string, rows: readonly ClaimRow[], comparison: Comparison | null): Markup {
  return html`<table class="claims">
    <caption>
      ${title}
    </caption>
    <colgroup>
      <col />
      <col class="goal" />
      <col class="value" />
      ${comparison ? html`<col class="change" />` : null}
      <col class="mark" />
    </colgroup>
    <thead>
      <tr>
        <th scope="col">Promise</th>
        <th scope="col" class="n">Target</th>
        <th scope="col" class="n">Measured</th>
        ${comparison ? html`<th scope="col" class="n">Before</th>` : null}
        <th scope="col">Verdict</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map((row) => claimRow(row, comparison))}
    </tbody>
  </table>`
}

function claimRow(row: ClaimRow, comparison: Comparison | null): Markup {
  const { id, title, target: goal, value, status, samples, notes, command } = row
  return html`<tr>
    <th scope="row">
      <span class="id">${id}</span>${title}${notes.map((note) => html`<span class="more note">${note}</span>`)}
      <span class="more"
        >${samples > 0 ? html`<span>n = ${number(samples)}</span>` : null}${command === null ? null : html`<code>${command}</code>`}</span
      >
    </th>
    <td class="n">${tied(goal)}</td>
    <td class="n"><span class="value">${value === null ? '–' : quantity(value, goal.unit)}</span>${meter(row)}</td>
    ${comparison ? changeCell(comparison.changes.get(id)) : null}
    <td><span class="pill ${status}">${WORDS[status]}</span></td>
  </tr>`
}

/** Where the line breaks, its sign stays with its number. */
function tied(goal: ClaimRow['target']): string {
  return target(goal).replace(' ', '\u00a0')
}

/** The value as a bar whose middle is the target. */
function meter({ value, target: { limit }, status }: ClaimRow): Markup | null {
  if (value === null || limit === 0) return null
  const length = Math.round(Math.min(2, Math.max(0.02, value / limit)) * 50)
  return html`<svg class="meter" viewBox="0 0 100 7" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="7" rx="2" />
    <rect class="${status}" width="${length}" height="7" rx="2" />
    <line class="limit-at" x1="50" x2="50" y1="-1" y2="8" />
  </svg>`
}

function changeCell(change: ClaimChange | undefined): Markup {
  if (!change || change.before === null) return html`<td class="n">–</td>`
  const text = changeText(change)
  return html`<td class="n">
    ${quantity(change.before, change.unit)}<span class="more ${change.direction ?? ''}"
      >${text}${change.direction === null ? '' : ` ${change.direction}`}</span
    >${change.verdicts ? html`<span class="more">was: ${WORDS[change.verdicts.before]}</span>` : null}
  </td>`
}
