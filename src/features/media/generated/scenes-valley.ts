import { mix, type Canvas } from './canvas.ts'
import { DAYLIGHT } from './palettes.ts'
import { blur, conifer, ground, line, n, radial, ridge, sky, streaks, sun, vertical, type Point } from './strokes.ts'

/** Rows of blossom that run to the horizon. */
export function field(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(DAYLIGHT)
  const horizon = between(0.36, 0.46) * height
  const vanishing = between(0.3, 0.7) * width
  const [bloom, leaf] = [
    canvas.pick(['#8a6bbf', '#d9577a', '#e8a23d', '#e4572e', '#b388c9', '#f2d0d9']),
    mix('#3f5f3a', light.near, 0.35),
  ]
  const parts = [sky(canvas, light, horizon * 1.1), streaks(canvas, light, horizon * 0.2, horizon * 0.9, 10)]
  parts.push(
    sun(canvas, light, [between(0.15, 0.85) * width, horizon * between(0.55, 0.85)], width * between(0.03, 0.045)),
  )
  for (const [depth, share] of [
    [0, 0.35],
    [0.5, 0.6],
  ] as const) {
    const curve = canvas.curve(width * 0.5, 5)
    const points = ridge(
      canvas,
      (x) => horizon + height * 0.01 * depth - (0.5 + 0.5 * curve(x)) * height * (0.085 - 0.04 * depth),
    )
    parts.push(ground(canvas, points, mix(light.far, light.near, share * (0.4 + depth))))
  }
  parts.push(
    `<rect y="${n(horizon)}" width="${width}" height="${n(height - horizon)}" fill="${vertical(canvas, [
      [0, mix(leaf, light.horizon, 0.45)],
      [1, mix(leaf, '#0c140c', 0.35)],
    ])}"/>`,
  )
  parts.push(blossom(canvas, { horizon, vanishing, bloom, haze: light.horizon, glow: light.glow }))
  const shine = radial(canvas, [
    [0, light.glow, 0.4],
    [1, light.glow, 0],
  ])
  parts.push(
    `<ellipse cx="${n(vanishing)}" cy="${n(horizon)}" rx="${n(width * 0.6)}" ry="${n(height * 0.16)}" fill="${shine}"/>`,
  )
  return parts.join('')
}

function blossom(
  canvas: Canvas,
  row: { horizon: number; vanishing: number; bloom: string; haze: string; glow: string },
): string {
  const { width, height, between } = canvas
  const rows: string[] = []
  for (let depth = 0; depth < 1; depth += 0.005 + depth * 0.014) {
    const y = row.horizon + (height * 1.02 - row.horizon) * depth ** 1.6
    const near = (y - row.horizon) / (height - row.horizon)
    const gap = width * (0.012 + 0.2 * near)
    const size = width * (0.0016 + 0.011 * near)
    const hazed = mix(row.bloom, row.haze, 0.55 * (1 - near) ** 2)
    const tones = [mix(hazed, '#231530', 0.42), mix(hazed, '#231530', 0.2), hazed, mix(hazed, row.glow, 0.28)]
    const paths = tones.map(() => '')
    for (let at = -Math.ceil(row.vanishing / gap) - 1; row.vanishing + at * gap < width * 1.1; at += 1) {
      for (let flower = 0; flower < 8; flower += 1) {
        const x = row.vanishing + (at + between(0, 0.56)) * gap
        if (x < -size || x > width + size) continue
        const tone = Math.floor(between(0, tones.length))
        paths[tone] += round(x, y - size * between(0, 2.2), size * between(0.5, 1))
      }
    }
    rows.push(...tones.map((tone, index) => `<path d="${paths[index]}" fill="${tone}"/>`))
  }
  return rows.join('')
}

function round(x: number, y: number, r: number): string {
  return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 1 ${n(r * 2)} 0a${n(r)} ${n(r)} 0 1 1 ${n(-r * 2)} 0`
}

/** Mountains that stand in still water twice. */
export function lake(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(DAYLIGHT)
  const shore = between(0.54, 0.62) * height
  const peaks = range(canvas, {
    base: shore,
    rise: height * between(0.26, 0.34),
    rock: mix(light.far, light.near, 0.3),
    snow: mix(light.glow, light.middle, 0.12),
    haze: light.horizon,
  })
  const foot = range(canvas, {
    base: shore,
    rise: height * 0.1,
    rock: mix(light.far, light.near, 0.68),
    snow: undefined,
    haze: light.horizon,
  })
  const above =
    sky(canvas, light, shore) +
    streaks(canvas, light, shore * 0.12, shore * 0.6, 8) +
    sun(canvas, light, [between(0.2, 0.8) * width, shore * between(0.25, 0.5)], width * 0.03) +
    peaks +
    foot
  const mirror = `<g transform="translate(0 ${n(2 * shore)}) scale(1 -1)" filter="${blur(canvas, 1.2, height * 0.0035)}">${above}</g>`
  const water = `<rect y="${n(shore)}" width="${width}" height="${n(height - shore)}" fill="${vertical(canvas, [
    [0, light.near, 0.12],
    [1, mix(light.near, light.zenith, 0.35), 0.72],
  ])}"/>`
  const calm = Array.from({ length: 60 }, () => {
    const depth = between(0, 1) ** 1.6
    const [x, y, length] = [
      between(-0.1, 1) * width,
      shore + (height - shore) * depth + 2,
      width * between(0.05, 0.3) * (0.4 + depth),
    ]
    return `<rect x="${n(x)}" y="${n(y)}" width="${n(length)}" height="${n(1 + depth * 2.2)}" fill="${light.glow}" fill-opacity="${(0.05 + between(0, 0.12)).toFixed(2)}"/>`
  })
  const bank = `<rect y="${n(shore - 1.5)}" width="${width}" height="4" fill="${mix(light.near, light.horizon, 0.2)}" fill-opacity="0.6"/>`
  return `${above}<clipPath id="w"><rect y="${n(shore)}" width="${width}" height="${height}"/></clipPath><g clip-path="url(#w)">${mirror}${water}<g filter="${blur(canvas, 6, 0.6)}">${calm.join('')}</g></g>${bank}`
}

/** Jagged rock with snow where it is high. */
function range(
  canvas: Canvas,
  {
    base,
    rise,
    rock,
    snow,
    haze,
  }: { base: number; rise: number; rock: string; snow: string | undefined; haze: string },
): string {
  const broad = canvas.curve(canvas.width * 0.42, 2)
  const rough = canvas.curve(canvas.width * 0.13, 6)
  const top = (x: number) =>
    base - rise * Math.max(0.08, 0.5 + 0.55 * broad(x) + 0.28 * (1 - 2 * Math.abs(rough(x))) - 0.14)
  const points = ridge(canvas, top, 4)
  const body = `<path d="${line([...points, [canvas.width + 10, base], [-10, base]])}Z" fill="${vertical(canvas, [
    [0, rock],
    [1, mix(rock, haze, 0.45)],
  ])}"/>`
  if (!snow) return `${body}<path d="${trees(canvas, points)}" fill="${rock}"/>`
  const melt = canvas.curve(canvas.width * 0.035, 3)
  const line_ = base - rise * 0.5
  const lower = points
    .map(([x, y]): Point => [
      x,
      Math.max(y, Math.min(line_ + melt(x) * rise * 0.2, y + rise * (0.26 + 0.2 * melt(x * 1.7)))),
    ])
    .toReversed()
  const east = canvas.curve(canvas.width * 0.05, 3)
  const shaded = points
    .map(([x, y]): Point => [x, Math.max(y, y + rise * 0.17 * (0.2 + east(x)) - Math.max(0, y - line_) * 3)])
    .toReversed()
  return `${body}<path d="${line([...points, ...lower])}Z" fill="${snow}" fill-opacity="0.92"/><path d="${line([...points, ...shaded])}Z" fill="${rock}" fill-opacity="0.28"/>`
}

function trees(canvas: Canvas, points: readonly Point[]): string {
  let shapes = ''
  for (let x = 0; x < canvas.width; x += canvas.between(4, 13)) {
    const foot = points[Math.floor(x / 4)]
    if (foot) shapes += conifer(canvas, [x, foot[1] + 4], canvas.height * canvas.between(0.014, 0.036))
  }
  return shapes
}
