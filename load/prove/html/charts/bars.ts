import type { Chart } from '../../../scenario.ts'
import { number } from '../../format.ts'
import { html, type Markup } from '../markup.ts'
import { round, short, WIDTH } from './frame.ts'
import { linearScale } from './scales.ts'

const BAR = 15
const BAR_GAP = 3
const GROUP_GAP = 13
const TOP = 8
const AXIS = 34
/** Room for the widest label, at about 6.4 units a letter, and for the value behind the longest bar. */
const LETTER = 6.4
const LABEL_MAX = 150
const VALUE_ROOM = 52

/** Bars lie, so that their names can be read. */
export function barChart(chart: Chart): { drawing: Markup; height: number } {
  const xs = [...new Set(chart.series.flatMap(({ points }) => points.map(([at]) => at)))].toSorted(
    (one, other) => one - other,
  )
  const names = xs.map((at) => chart.labels?.[at] ?? number(at))
  const left = Math.min(LABEL_MAX, 12 + Math.max(...names.map(({ length }) => length * LETTER), 20))
  const width = WIDTH - left - VALUE_ROOM
  const values = chart.series.flatMap(({ points }) => points.map(([, value]) => value))
  const scale = linearScale([...values, ...(chart.limit ? [chart.limit.y] : [])], 4)
  const groupHeight = chart.series.length * (BAR + BAR_GAP) + GROUP_GAP
  const bottom = TOP + xs.length * groupHeight
  const xAt = (value: number) => round(left + scale.at(value) * width)
  const drawing = html`${scale.ticks.map(
      (tick) =>
        html`<line class="grid" x1="${xAt(tick)}" x2="${xAt(tick)}" y1="${TOP}" y2="${bottom}" />
          <text class="tick" x="${xAt(tick)}" y="${bottom + 14}" text-anchor="middle">${short(tick)}</text>`,
    )}${xs.map((at, group) => {
      const top = TOP + group * groupHeight + GROUP_GAP / 2
      const middle = top + (chart.series.length * (BAR + BAR_GAP)) / 2
      return html`<text class="name" x="${left - 8}" y="${round(middle + 3)}" text-anchor="end"
          >${names[group] ?? ''}</text
        >${chart.series.map(({ points }, index) => {
          const value = points.find(([x]) => x === at)?.[1]
          if (value === undefined || !Number.isFinite(value)) return null
          const y = top + index * (BAR + BAR_GAP)
          return html`<rect
              class="bar s${index % 6}"
              x="${left}"
              y="${round(y)}"
              width="${Math.max(1, round(xAt(value) - left))}"
              height="${BAR}"
              rx="2"
            />
            <text class="value" x="${xAt(value) + 5}" y="${round(y + BAR / 2 + 4)}">${number(value)}</text>`
        })}`
    })}<text class="axis" x="${left + width}" y="${bottom + 30}" text-anchor="end">${chart.y}</text
    >${limitLine(chart, xAt, bottom)}`
  return { drawing, height: bottom + AXIS }
}

function limitLine({ limit }: Chart, xAt: (value: number) => number, bottom: number): Markup | null {
  if (!limit) return null
  const at = xAt(limit.y)
  return html`<line class="limit" x1="${at}" x2="${at}" y1="${TOP - 6}" y2="${bottom}" />
    <text class="limit-text" x="8" y="${bottom + 30}">┆ ${limit.text}</text>`
}
