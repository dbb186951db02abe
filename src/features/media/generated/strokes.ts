import { mix, type Canvas } from './canvas.ts'
import type { Light } from './palettes.ts'

export type Point = readonly [x: number, y: number]

export function n(value: number): string {
  return value.toFixed(1)
}

export function line(points: readonly Point[]): string {
  return points.map(([x, y], index) => `${index ? 'L' : 'M'}${n(x)} ${n(y)}`).join('')
}

/** Colours from top to bottom, evenly spread unless each says where. */
export function vertical(
  canvas: Canvas,
  stops: readonly (readonly [at: number, colour: string, opacity?: number])[],
): string {
  return canvas.define(
    (id) => `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.map(stop).join('')}</linearGradient>`,
  )
}

export function horizontal(
  canvas: Canvas,
  stops: readonly (readonly [at: number, colour: string, opacity?: number])[],
): string {
  return canvas.define((id) => `<linearGradient id="${id}">${stops.map(stop).join('')}</linearGradient>`)
}

export function radial(
  canvas: Canvas,
  stops: readonly (readonly [at: number, colour: string, opacity?: number])[],
): string {
  return canvas.define((id) => `<radialGradient id="${id}">${stops.map(stop).join('')}</radialGradient>`)
}

function stop([at, colour, opacity = 1]: readonly [number, string, number?]): string {
  return `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`
}

export function blur(canvas: Canvas, x: number, y = x): string {
  return canvas.define(
    (id) =>
      `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${n(x)} ${n(y)}"/></filter>`,
  )
}

export function sky(canvas: Canvas, { zenith, middle, horizon }: Light, heightPx = canvas.height): string {
  const fill = vertical(canvas, [
    [0, zenith],
    [0.28, mix(zenith, middle, 0.55)],
    [0.6, middle],
    [1, horizon],
  ])
  return `<rect width="${canvas.width}" height="${n(heightPx)}" fill="${fill}"/>`
}

/** A disc in its halo. */
export function sun(canvas: Canvas, { glow, horizon }: Light, [x, y]: Point, radius: number): string {
  const halo = radial(canvas, [
    [0, glow, 0.85],
    [0.18, glow, 0.45],
    [0.5, mix(glow, horizon, 0.5), 0.16],
    [1, horizon, 0],
  ])
  const disc = vertical(canvas, [
    [0, glow],
    [1, mix(glow, horizon, 0.35)],
  ])
  return (
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius * 7)}" fill="${halo}"/>` +
    `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${disc}"/>`
  )
}

/** Long thin clouds that catch the light from below. */
export function streaks(canvas: Canvas, { glow, middle }: Light, top: number, bottom: number, count: number): string {
  const soft = blur(canvas, canvas.width * 0.03, canvas.height * 0.0035)
  const clouds = Array.from({ length: count }, () => {
    const [x, y] = [canvas.between(-0.1, 1.1) * canvas.width, canvas.between(top, bottom)]
    const [rx, ry] = [canvas.between(0.08, 0.32) * canvas.width, canvas.between(0.003, 0.011) * canvas.height]
    const colour = mix(middle, glow, canvas.between(0.3, 1))
    return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${colour}" fill-opacity="${n(canvas.between(0.3, 0.8))}"/>`
  })
  return `<g filter="${soft}">${clouds.join('')}</g>`
}

/** The outline of land from the left edge to the right. */
export function ridge(canvas: Canvas, y: (x: number) => number, stepPx = 6): Point[] {
  const count = Math.ceil(canvas.width / stepPx) + 1
  return Array.from({ length: count }, (_, index) => [index * stepPx, y(index * stepPx)] as const)
}

/** Everything below a ridge. */
export function ground(canvas: Canvas, points: readonly Point[], fill: string): string {
  const { width, height } = canvas
  return `<path d="${line(points)}L${width + 10} ${height + 10}L-10 ${height + 10}Z" fill="${fill}"/>`
}

/** A conifer as one path, foot at the given point. */
export function conifer(canvas: Canvas, [x, foot]: Point, heightPx: number): string {
  const tiers = 9
  const half = heightPx * canvas.between(0.13, 0.19)
  const side = (sign: number) =>
    Array.from({ length: tiers }, (_, tier): Point[] => {
      const at = (tier + 1) / tiers
      const reach = half * at ** 0.85 * canvas.between(0.8, 1.1)
      const y = foot - heightPx * (1 - at * 0.93)
      return [
        [x + sign * reach, y + heightPx * 0.025],
        [x + sign * reach * 0.5, y - heightPx * 0.004],
      ]
    }).flat()
  const trunk = heightPx * 0.014
  const left = side(-1).toReversed()
  return `${line([[x, foot - heightPx], ...side(1), [x + trunk, foot - heightPx * 0.06], [x + trunk, foot + 4], [x - trunk, foot + 4], [x - trunk, foot - heightPx * 0.06], ...left])}Z`
}

export function birds(canvas: Canvas, colour: string, [x, y]: Point, count: number): string {
  const shapes = Array.from({ length: count }, () => {
    const size = canvas.between(0.006, 0.013) * canvas.width
    const [left, top] = [
      x + canvas.between(-0.12, 0.12) * canvas.width,
      y + canvas.between(-0.05, 0.05) * canvas.height,
    ]
    const lift = canvas.between(0.35, 0.6) * size
    return (
      `M${n(left - size)} ${n(top - lift * 0.5)}q${n(size * 0.6)} ${n(-lift * 0.6)} ${n(size)} ${n(lift)}` +
      `q${n(size * 0.4)} ${n(-lift * 1.6)} ${n(size)} ${n(-lift)}`
    )
  })
  return `<path d="${shapes.join('')}" fill="none" stroke="${colour}" stroke-width="${n(canvas.width / 620)}" stroke-linecap="round" opacity="0.75"/>`
}
