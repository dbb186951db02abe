import type { Chart } from '../../../scenario.ts'
import { html, type Markup } from '../markup.ts'
import { frame, HEIGHT, PLOT, xOf, yOf } from './frame.ts'
import { linearScale, logScale } from './scales.ts'

/** A filled outline per series: `x` is the upper bound of a bucket, `y` what fell into it. */
export function histogramChart(chart: Chart): Markup {
  const points = chart.series.flatMap((series) => series.points)
  const bounds = points.map(([at]) => at)
  const x = chart.xScale === 'log' ? logScale(bounds) : linearScale(bounds, 6)
  const y = linearScale(
    points.map(([, value]) => value),
    4,
  )
  const bottom = HEIGHT - PLOT.bottom
  return html`${frame(chart, { x, y })}${chart.series.map((series, index) => {
    let left: number = xOf(x, firstLower(series.points))
    const steps = series.points.flatMap(([upper, count]) => {
      const [from, to, top] = [left, xOf(x, upper), yOf(y, count)]
      left = to
      return [`${from},${top}`, `${to},${top}`]
    })
    const start = xOf(x, firstLower(series.points))
    const outline = [`${start},${bottom}`, ...steps, `${left},${bottom}`].join(' ')
    return html`<polygon class="area s${index % 6}" points="${outline}" />`
  })}`
}

/** Where the first bucket begins, as far below its end as the second is wide. */
function firstLower(points: readonly (readonly [number, number])[]): number {
  const [first = 1, second] = points.map(([at]) => at)
  return second === undefined || second <= first ? first / 2 : (first * first) / second
}
