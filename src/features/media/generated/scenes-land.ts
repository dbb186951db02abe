import { mix, type Canvas } from './canvas.ts'
import { DAYLIGHT, SAND } from './palettes.ts'
import {
  birds,
  conifer,
  ground,
  horizontal,
  line,
  n,
  ridge,
  sky,
  streaks,
  sun,
  vertical,
  type Point,
} from './strokes.ts'

/** Ranges of hills, each nearer one darker and clearer, mist between them. */
export function hills(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(DAYLIGHT)
  const horizon = between(0.42, 0.56) * height
  const sunAt: Point = [between(0.2, 0.8) * width, horizon - between(0.05, 0.2) * height]
  const parts = [sky(canvas, light, horizon * 1.25), streaks(canvas, light, horizon * 0.25, horizon * 0.85, 9)]
  parts.push(sun(canvas, light, sunAt, between(0.03, 0.05) * width))
  if (canvas.chance(0.5)) parts.push(birds(canvas, light.near, [width - sunAt[0], horizon * 0.55], 6))
  const count = Math.round(between(5, 7))
  for (let layer = 0; layer < count; layer += 1) {
    const depth = layer / (count - 1)
    const curve = canvas.curve(width * (0.34 + 0.3 * depth), depth < 0.5 ? 6 : 5)
    const base = horizon + (height - horizon) * (0.02 + 0.74 * depth ** 1.25)
    const rise = height * (0.085 + 0.06 * depth)
    const points = ridge(canvas, (x) => base - curve(x) * rise)
    const colour = mix(mix(light.far, light.horizon, 0.35), light.near, depth ** 0.9)
    const mist = mix(colour, light.horizon, 0.55 * (1 - depth) + 0.08)
    parts.push(
      ground(
        canvas,
        points,
        vertical(canvas, [
          [0, colour],
          [0.55, mix(colour, mist, 0.7)],
          [1, mist],
        ]),
      ),
    )
    if (depth > 0.55)
      parts.push(`<path d="${wood(canvas, points, height * 0.02 + height * 0.055 * depth ** 3)}" fill="${colour}"/>`)
  }
  return parts.join('')
}

/** Trees along a ridge, in groves rather than in rank and file. */
function wood(canvas: Canvas, points: readonly Point[], treePx: number): string {
  const grove = canvas.curve(canvas.width * 0.3, 3)
  const trees: string[] = []
  for (let x = 0; x < canvas.width; x += treePx * canvas.between(0.16, 0.34)) {
    const foot = points[Math.floor(x / 6)]
    if (foot && grove(x) > 0.02) trees.push(conifer(canvas, [x, foot[1] + 3], treePx * canvas.between(0.55, 1.15)))
  }
  return trees.join('')
}

/** Rows of firs that come out of the fog. */
export function forest(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(DAYLIGHT)
  const fog = mix(light.horizon, light.middle, 0.25)
  const parts = [
    `<rect width="${width}" height="${height}" fill="${vertical(canvas, [
      [0, mix(light.middle, light.zenith, 0.35)],
      [0.55, fog],
      [1, light.horizon],
    ])}"/>`,
  ]
  parts.push(
    sun(canvas, light, [between(0.25, 0.75) * width, between(0.16, 0.3) * height], between(0.035, 0.055) * width),
  )
  const count = 6
  for (let layer = 0; layer < count; layer += 1) {
    const depth = layer / (count - 1)
    const curve = canvas.curve(width * 0.7, 3)
    const tree = height * (0.1 + 0.34 * depth ** 1.6)
    const colour = mix(mix(fog, light.far, 0.45), light.near, depth ** 1.2)
    const base = height * (0.44 + 0.54 * depth)
    const points = ridge(canvas, (x) => base - curve(x) * height * 0.045)
    let shapes = ''
    for (let x = -0.02 * width; x < width * 1.02; x += tree * between(0.13, 0.38)) {
      const foot = points[Math.max(0, Math.floor(x / 6))]
      if (foot) shapes += conifer(canvas, [x, foot[1] + tree * 0.06], tree * between(0.5, 1.1))
    }
    const fill = vertical(canvas, [
      [0, colour],
      [0.5, colour],
      [1, mix(colour, fog, 0.75 * (1 - depth * 0.8))],
    ])
    parts.push(
      `<path d="${shapes}" fill="${fill}"/>`,
      ground(
        canvas,
        points,
        vertical(canvas, [
          [0, colour],
          [0.7, mix(colour, fog, 0.6 * (1 - depth))],
        ]),
      ),
    )
    if (layer < count - 1) {
      const veil = vertical(canvas, [
        [0, fog, 0],
        [0.6, fog, 0.5],
        [1, fog, 0.15],
      ])
      parts.push(`<rect y="${n(base - tree * 0.5)}" width="${width}" height="${n(tree * 0.9)}" fill="${veil}"/>`)
    }
  }
  return parts.join('')
}

/** Dunes with one lit face and one in the shade. */
export function dunes(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(SAND)
  const horizon = between(0.34, 0.46) * height
  const fromLeft = canvas.chance(0.5)
  const parts = [sky(canvas, light, horizon * 1.3), streaks(canvas, light, horizon * 0.2, horizon * 0.8, 6)]
  parts.push(
    sun(
      canvas,
      light,
      [(fromLeft ? between(0.12, 0.3) : between(0.7, 0.88)) * width, horizon * between(0.4, 0.75)],
      width * between(0.025, 0.04),
    ),
  )
  const count = 5
  for (let layer = 0; layer < count; layer += 1) {
    const depth = layer / (count - 1)
    const base = horizon + (height - horizon) * (0.06 + 0.66 * depth ** 1.2)
    const peak: Point = [between(0.15, 0.85) * width, base - height * (0.05 + 0.13 * depth)]
    const spread = width * (0.32 + 0.4 * depth)
    const swell = canvas.curve(width * 0.8, 2)
    const crest = (x: number) =>
      base + swell(x) * height * 0.018 - (base - peak[1]) / (1 + (Math.abs(x - peak[0]) / spread) ** 1.7 * 3)
    const points = ridge(canvas, crest)
    const lit = mix(mix(light.far, light.horizon, 0.4 * (1 - depth)), light.near, depth * 0.35)
    const shade = mix(mix(light.near, light.horizon, 0.45 * (1 - depth)), light.accent, depth * 0.55)
    const sides: [number, string][] = [
      [0, mix(lit, light.glow, 0.25)],
      [1, mix(lit, shade, 0.35)],
    ]
    parts.push(
      ground(
        canvas,
        points,
        horizontal(
          canvas,
          fromLeft
            ? sides
            : [
                [0, sides[1]?.[1] ?? lit],
                [1, sides[0]?.[1] ?? lit],
              ],
        ),
      ),
    )
    parts.push(
      shadeOf(
        canvas,
        points,
        peak,
        fromLeft ? 1 : -1,
        vertical(canvas, [
          [0, shade],
          [0.5, mix(shade, lit, 0.3)],
          [1, mix(shade, lit, 0.75)],
        ]),
      ),
    )
    if (depth > 0.7) parts.push(ripples(canvas, crest, shade, depth))
  }
  return parts.join('')
}

/** The face that turns away from the sun: from the crest down along a winding edge. */
function shadeOf(canvas: Canvas, points: readonly Point[], [peakX, peakY]: Point, away: number, fill: string): string {
  const { height, between } = canvas
  const crest = points.filter(([x]) => (x - peakX) * away >= 0)
  const outward = away > 0 ? crest : crest.toReversed()
  const drop = (height - peakY) * 1.02
  const [sway, slant] = [between(0.05, 0.12) * canvas.width, between(0.05, 0.22) * canvas.width * away]
  const edge = Array.from({ length: 40 }, (_, index): Point => {
    const at = 1 - index / 39
    return [peakX + slant * at + Math.sin(at * Math.PI * 2) * sway * at ** 0.7, peakY + drop * at]
  })
  const last = outward.at(-1) ?? [peakX, peakY]
  return `<path d="${line([...outward, [last[0] + away * 40, height + 10], ...edge])}Z" fill="${fill}"/>`
}

function ripples(canvas: Canvas, crest: (x: number) => number, colour: string, depth: number): string {
  const waver = canvas.curve(canvas.width * 0.2, 2)
  const rows = Array.from({ length: 16 }, (_, row) => {
    const offset = canvas.height * (0.035 + 0.03 * row * (0.6 + row * 0.035))
    return line(
      ridge(
        canvas,
        (x) => crest(x) * 0.35 + (crest(canvas.width / 2) + offset) * 0.65 + waver(x + row * 40) * 9 + offset * 0.35,
        14,
      ),
    )
  })
  return `<path d="${rows.join('')}" fill="none" stroke="${colour}" stroke-width="${n(canvas.width / 500)}" opacity="${0.16 * depth}"/>`
}
