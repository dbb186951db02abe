import type { Chart, Series } from '../../../scenario.ts'
import { html, type Markup } from '../markup.ts'
import { frame, xOf, yOf } from './frame.ts'
import { linearScale, logScale } from './scales.ts'

/** More points than this are drawn as the lowest and the highest of each stretch. */
const POINTS_MAX = 160
/** With so few, each is a measurement of its own and gets a dot. */
const DOTS_MAX = 16

export function lineChart(chart: Chart): Markup {
  const points = chart.series.flatMap((series) => series.points)
  const x =
    chart.xScale === 'log'
      ? logScale(points.map(([at]) => at))
      : linearScale(
          points.map(([at]) => at),
          6,
          false,
        )
  const y = linearScale([...points.map(([, value]) => value), ...(chart.limit ? [chart.limit.y] : [])], 4)
  return html`${frame(chart, { x, y })}${chart.series.map((series, index) => {
    const drawn = thinned(series.points.filter((point) => point.every(Number.isFinite)))
    const path = drawn.map(([at, value]) => `${xOf(x, at)},${yOf(y, value)}`).join(' ')
    const dots = series.points.length <= DOTS_MAX ? drawn : []
    return html`<polyline class="line s${index % 6}" points="${path}" />${dots.map(
        ([at, value]) => html`<circle class="dot s${index % 6}" cx="${xOf(x, at)}" cy="${yOf(y, value)}" r="3" />`,
      )}`
  })}`
}

/** Keeps what stands out: of each stretch its lowest and its highest point, in their order. */
export function thinned(points: Series['points'], max = POINTS_MAX): Series['points'] {
  if (points.length <= max) return points
  const size = Math.ceil(points.length / (max / 2))
  const stretches = Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  )
  return stretches.flatMap((stretch) => {
    const byValue = stretch.toSorted((one, other) => one[1] - other[1])
    const ends = [byValue[0], byValue.at(-1)].filter((point) => point !== undefined)
    return [...new Set(ends)].toSorted((one, other) => one[0] - other[0])
  })
}
