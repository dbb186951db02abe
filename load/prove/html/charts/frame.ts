import type { Chart } from '../../../scenario.ts'
import { number } from '../../format.ts'
import { html, type Markup } from '../markup.ts'
import type { Scale } from './scales.ts'

/** In units of the drawing, which is as wide as its column. */
export const WIDTH = 480
export const HEIGHT = 236
export const PLOT = { left: 50, right: 20, top: 14, bottom: 40 } as const
export const PLOT_WIDTH = WIDTH - PLOT.left - PLOT.right
export const PLOT_HEIGHT = HEIGHT - PLOT.top - PLOT.bottom

export interface Axes {
  x: Scale
  y: Scale
}

export const xOf = (scale: Scale, value: number) => round(PLOT.left + scale.at(value) * PLOT_WIDTH)
export const yOf = (scale: Scale, value: number) => round(PLOT.top + (1 - scale.at(value)) * PLOT_HEIGHT)

export function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Grid, ticks, names of the axes, target and marks of a drawing with numbers on both axes. */
export function frame(chart: Chart, { x, y }: Axes): Markup {
  const bottom = HEIGHT - PLOT.bottom
  return html`${y.ticks.map(
      (tick) =>
        html`<line
            class="grid"
            x1="${PLOT.left}"
            x2="${WIDTH - PLOT.right}"
            y1="${yOf(y, tick)}"
            y2="${yOf(y, tick)}"
          />
          <text class="tick" x="${PLOT.left - 7}" y="${yOf(y, tick) + 4}" text-anchor="end">${short(tick)}</text>`,
    )}${x.ticks.map(
      (tick) =>
        html`<text class="tick" x="${xOf(x, tick)}" y="${bottom + 16}" text-anchor="middle">${short(tick)}</text>`,
    )}<text class="axis" x="${WIDTH - PLOT.right}" y="${HEIGHT - 6}" text-anchor="end">${chart.x}</text
    >${limitLine(chart, y)}${marks(chart, x)}`
}

function limitLine({ limit }: Chart, y: Scale): Markup | null {
  if (!limit) return null
  const at = yOf(y, limit.y)
  return html`<line class="limit" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${at}" y2="${at}" />
    <text class="limit-text" x="${WIDTH - PLOT.right}" y="${at > PLOT.top + 14 ? at - 4 : at + 12}" text-anchor="end"
      >${limit.text}</text
    >`
}

/** Lines down through what happened, numbered; the list of them stands below the drawing. */
function marks({ marks: list = [] }: Chart, x: Scale): Markup[] {
  return list.map(({ x: value }, index) => {
    const at = xOf(x, value)
    return html`<line class="mark" x1="${at}" x2="${at}" y1="${PLOT.top}" y2="${HEIGHT - PLOT.bottom}" />
      <circle class="mark-dot" cx="${at}" cy="${PLOT.top}" r="7.5" />
      <text class="mark-text" x="${at}" y="${PLOT.top + 3.6}" text-anchor="middle">${index + 1}</text>`
  })
}

/** 12000 → 12k: ticks have little room. */
export function short(value: number): string {
  if (Math.abs(value) >= 1e6) return `${number(value / 1e6)}M`
  return Math.abs(value) >= 1e4 ? `${number(value / 1e3)}k` : number(value)
}
