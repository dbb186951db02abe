import type { Chart, Series } from '../../../scenario.ts'
import { number } from '../../format.ts'
import { html, type Markup } from '../markup.ts'
import { barChart } from './bars.ts'
import { HEIGHT, WIDTH } from './frame.ts'
import { histogramChart } from './histogram.ts'
import { lineChart } from './line.ts'

/** Rows of the table behind a drawing; of more points, so many are shown. */
const ROWS_MAX = 30

/** A chart with its legend, what happened when, and its numbers for whoever cannot or will not read a drawing. */
export function figure(chart: Chart, id: string): Markup {
  const { drawing, height } = chart.kind === 'bars' ? barChart(chart) : { drawing: drawn(chart), height: HEIGHT }
  const hasPoints = chart.series.some(({ points }) => points.length > 0)
  return html`<figure class="chart">
    <figcaption id="${id}">${chart.title}<span class="unit">${chart.y}</span></figcaption>
    ${chart.series.length > 1 ? legend(chart) : null}
    ${
      hasPoints
        ? html`<svg
            viewBox="0 0 ${WIDTH} ${Math.round(height)}"
            role="img"
            aria-labelledby="${id}"
            aria-describedby="${id}-text"
          >
            ${drawing}
          </svg>`
        : html`<p class="empty">Nothing was measured.</p>`
    }
    ${events(chart)}
    <details>
      <summary>In words and numbers</summary>
      <p id="${id}-text">${inWords(chart)}</p>
      ${numbers(chart)}
    </details>
  </figure>`
}

function drawn(chart: Chart): Markup {
  return chart.kind === 'line' ? lineChart(chart) : histogramChart(chart)
}

function legend({ series, kind }: Chart): Markup {
  return html`<ul class="legend">
    ${series.map(
      ({ name }, index) =>
        html`<li>
          <svg viewBox="0 0 22 10" aria-hidden="true">
            ${
              kind === 'line'
                ? html`<polyline class="line s${index % 6}" points="1,5 21,5" />`
                : html`<rect class="bar s${index % 6}" x="1" y="0" width="20" height="10" rx="2" />`
            }</svg
          >${name}
        </li>`,
    )}
  </ul>`
}

function events({ marks = [], x }: Chart): Markup | null {
  if (marks.length === 0) return null
  const unit = /\bs\b|second/.test(x) ? ' s' : ''
  return html`<ol class="events">
    ${marks.map(({ x: at, text }) => html`<li><span>${number(at)}${unit}</span> ${text}</li>`)}
  </ol>`
}

/** `throughput: 1,480 to 1,530, last 1,502.` */
export function inWords(chart: Chart): string {
  const series = chart.series.map((each) => {
    const values = each.points.map(([, value]) => value).filter(Number.isFinite)
    if (values.length === 0) return `${each.name}: nothing.`
    if (chart.kind === 'bars')
      return `${each.name}: ${each.points.map(([at, value]) => `${chart.labels?.[at] ?? number(at)} ${number(value)}`).join(', ')}.`
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
    return `${each.name}: ${number(low)} to ${number(high)}, last ${number(values.at(-1) ?? 0)}.`
  })
  const limit = chart.limit ? ` ${chart.limit.text}.` : ''
  return `${chart.y} over ${chart.x}. ${series.join(' ')}${limit}`
}

function numbers(chart: Chart): Markup {
  const xs = [...new Set(chart.series.flatMap(({ points }) => points.map(([at]) => at)))].toSorted(
    (one, other) => one - other,
  )
  const every = Math.ceil(xs.length / ROWS_MAX)
  const shown = xs.filter((_, index) => index % every === 0)
  const valueAt = ({ points }: Series, at: number) => {
    const value = points.find(([x]) => x === at)?.[1]
    return value === undefined ? '–' : number(value)
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${chart.title}">
    <table>
      <caption>
        ${chart.title}: ${chart.y}${every > 1 ? `, each ${every}th point` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">${chart.x}</th>
          ${chart.series.map(({ name }) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (at) =>
            html`<tr>
              <th scope="row">${chart.labels?.[at] ?? number(at)}</th>
              ${chart.series.map((series) => html`<td>${valueAt(series, at)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
