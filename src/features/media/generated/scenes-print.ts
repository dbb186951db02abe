import { mix, type Canvas } from './canvas.ts'
import { PRINTS, type Print } from './palettes.ts'
import { n, vertical, type Point } from './strokes.ts'

/** Leaves on stems before a disc, like a print on paper. */
export function botanical(canvas: Canvas): string {
  const { width, height, between } = canvas
  const print = canvas.pick(PRINTS)
  const centre: Point = [width * between(0.35, 0.65), height * between(0.34, 0.46)]
  const parts = [
    paper(canvas, print),
    `<circle cx="${n(centre[0])}" cy="${n(centre[1])}" r="${n(width * between(0.2, 0.29))}" fill="${print.disc}"/>`,
  ]
  const stems = Math.round(between(4, 6))
  const shape = canvas.pick(['long', 'round', 'fern'] as const)
  for (let index = 0; index < stems; index += 1) {
    const at = (index + 0.5) / stems
    const root: Point = [width * (0.5 + (at - 0.5) * 0.35), height * 1.03]
    const tip: Point = [width * (0.5 + (at - 0.5) * 1.1 + between(-0.06, 0.06)), height * between(0.12, 0.42)]
    const kind = index % 2 ? shape : canvas.pick(['long', 'round', 'fern'] as const)
    parts.push(stem(canvas, root, tip, kind, canvas.pick(print.leaves), print))
  }
  return parts.join('')
}

function paper(canvas: Canvas, print: Print): string {
  const { width, height } = canvas
  const fill = vertical(canvas, [
    [0, mix(print.paper, '#ffffff', 0.12)],
    [1, mix(print.paper, print.disc, 0.14)],
  ])
  return `<rect width="${width}" height="${height}" fill="${fill}"/>`
}

const LEAF = {
  long: { size: 0.17, width: 0.2, pairs: 9, angle: 48 },
  round: { size: 0.095, width: 0.42, pairs: 8, angle: 62 },
  fern: { size: 0.14, width: 0.085, pairs: 22, angle: 58 },
}

function stem(canvas: Canvas, root: Point, tip: Point, kind: keyof typeof LEAF, colour: string, print: Print): string {
  const { between } = canvas
  const { size, width, pairs, angle } = LEAF[kind]
  const bend: Point = [root[0] + (tip[0] - root[0]) * 0.15, root[1] + (tip[1] - root[1]) * 0.62]
  const at = (t: number): Point => [quadratic(root[0], bend[0], tip[0], t), quadratic(root[1], bend[1], tip[1], t)]
  const dark = mix(colour, print.ink, 0.35)
  const parts = [
    `<path d="M${n(root[0])} ${n(root[1])}Q${n(bend[0])} ${n(bend[1])} ${n(tip[0])} ${n(tip[1])}" fill="none" stroke="${dark}" stroke-width="${n(canvas.width / 330)}" stroke-linecap="round"/>`,
  ]
  for (let pair = 0; pair <= pairs; pair += 1) {
    const t = 0.22 + 0.78 * (pair / pairs)
    const [x, y] = at(t)
    const [ahead, behind] = [at(Math.min(1, t + 0.01)), at(t - 0.01)]
    const heading = (Math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]) * 180) / Math.PI
    const length =
      canvas.height *
      size *
      (kind === 'fern' ? Math.sin(Math.PI * (0.12 + 0.86 * (pair / pairs))) : 1.08 - 0.55 * t) *
      between(0.88, 1.1)
    const sides = pair === pairs ? [0] : [-1, 1]
    for (const side of sides) {
      const tone = mix(colour, side < 0 ? print.ink : print.paper, between(0.02, 0.2))
      const turn = heading + side * (angle - 22 * t) + between(-6, 6)
      parts.push(
        `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(turn)})">${leaf(length, length * width, tone, mix(tone, print.paper, 0.35), kind !== 'fern')}</g>`,
      )
    }
  }
  return parts.join('')
}

function quadratic(a: number, b: number, c: number, t: number): number {
  return (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t ** 2 * c
}

function leaf(length: number, half: number, fill: string, vein: string, isVeined: boolean): string {
  const outline = `M0 0C${n(length * 0.25)} ${n(-half * 1.25)} ${n(length * 0.7)} ${n(-half)} ${n(length)} 0C${n(length * 0.7)} ${n(half)} ${n(length * 0.25)} ${n(half * 1.25)} 0 0Z`
  const veins = isVeined
    ? `<path d="M${n(length * 0.06)} 0L${n(length * 0.9)} 0" stroke="${vein}" stroke-width="${n(length / 90)}" opacity="0.7"/>`
    : ''
  return `<path d="${outline}" fill="${fill}"/>${veins}`
}

/** Nested arches, a disc and a horizon: a poster. */
export function arches(canvas: Canvas): string {
  const { width, height, between } = canvas
  const print = canvas.pick(PRINTS)
  const parts = [paper(canvas, print)]
  parts.push(
    `<circle cx="${n(width * between(0.58, 0.76))}" cy="${n(height * between(0.2, 0.3))}" r="${n(width * between(0.09, 0.15))}" fill="${print.disc}"/>`,
  )
  const colours = [...print.leaves, print.disc]
  const bows = [
    [between(0.26, 0.4), between(0.3, 0.38), 5],
    [between(0.72, 0.92), between(0.2, 0.26), 4],
  ] as const
  for (const [x, reach, rings] of bows) {
    const foot = height * between(0.8, 0.9)
    for (let ring = 0; ring < rings; ring += 1) {
      const radius = width * reach * (1 - ring / rings)
      const colour = colours[(ring + Math.floor(x * 10)) % colours.length] ?? print.disc
      parts.push(
        `<path d="M${n(x * width - radius)} ${n(height)}L${n(x * width - radius)} ${n(foot - radius * 0.5)}A${n(radius)} ${n(radius)} 0 0 1 ${n(x * width + radius)} ${n(foot - radius * 0.5)}L${n(x * width + radius)} ${n(height)}Z" fill="${colour}"/>`,
      )
      if (ring < rings - 1) {
        const inner = radius - width * reach * 0.045
        parts.push(
          `<path d="M${n(x * width - inner)} ${n(height)}L${n(x * width - inner)} ${n(foot - radius * 0.5)}A${n(inner)} ${n(inner)} 0 0 1 ${n(x * width + inner)} ${n(foot - radius * 0.5)}L${n(x * width + inner)} ${n(height)}Z" fill="${print.paper}" opacity="0.16"/>`,
        )
      }
    }
  }
  const swell = between(0.02, 0.05) * height
  parts.push(
    `<path d="M0 ${n(height * 0.88)}C${n(width * 0.3)} ${n(height * 0.88 - swell)} ${n(width * 0.6)} ${n(height * 0.88 + swell)} ${width} ${n(height * 0.87)}L${width} ${height}L0 ${height}Z" fill="${mix(print.leaves[0], print.ink, 0.25)}"/>`,
  )
  parts.push(
    stem(
      canvas,
      [width * between(0.5, 0.58), height * 1.02],
      [width * between(0.46, 0.6), height * between(0.42, 0.52)],
      'long',
      mix(print.leaves[0], print.ink, 0.1),
      print,
    ),
  )
  return parts.join('')
}

/** A bare stalk with two leaves low on it: the bloom has the stage. */
function stalk(canvas: Canvas, [x, y]: Point, side: number, print: Print): string[] {
  const { height, between } = canvas
  const foot = x + side * between(-0.08, 0.08)
  const green = mix(print.leaves[0], print.ink, 0.1)
  const stroke = `<path d="M${n(foot)} ${n(height * 1.03)}Q${n(foot)} ${n((y + height) / 2)} ${n(x)} ${n(y)}" fill="none" stroke="${green}" stroke-width="${n(side / 75)}" stroke-linecap="round"/>`
  const leaves = [-1, 1].map((turn) => {
    const [reach, root] = [side * between(0.24, 0.3), height * (0.93 + turn * 0.03)]
    const tone = mix(green, turn < 0 ? print.ink : print.paper, 0.14)
    return `<g transform="translate(${n(foot)} ${n(root)}) rotate(${n(-90 + turn * between(34, 48))})">${leaf(reach, reach * 0.2, tone, mix(tone, print.paper, 0.35), true)}</g>`
  })
  return [stroke, ...leaves]
}

/** One flower, large, on its ground. */
export function flower(canvas: Canvas): string {
  const { width, height, between } = canvas
  const print = canvas.pick(PRINTS)
  const side = Math.min(width, height)
  const [x, y] = [width * between(0.46, 0.54), height * between(0.4, 0.46)]
  const petal = canvas.pick([print.disc, print.leaves[3] ?? print.disc, mix(print.disc, '#ffffff', 0.35)])
  const parts = [paper(canvas, print), ...stalk(canvas, [x, y], side, print)]
  const rings = [
    { count: Math.round(between(11, 15)), length: 0.33, breadth: 0.2, shade: 0.22 },
    { count: Math.round(between(9, 12)), length: 0.255, breadth: 0.23, shade: 0.08 },
    { count: 8, length: 0.17, breadth: 0.27, shade: -0.12 },
  ]
  for (const { count, length, breadth, shade } of rings) {
    const start = between(0, 360)
    for (let index = 0; index < count; index += 1) {
      const tone =
        shade > 0 ? mix(petal, print.ink, shade + between(0, 0.08)) : mix(petal, '#ffffff', -shade + between(0, 0.08))
      const reach = side * length * between(0.92, 1.06)
      parts.push(
        `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(start + (360 / count) * index + between(-5, 5))})">${leaf(reach, reach * breadth, tone, mix(tone, print.ink, 0.25), true)}</g>`,
      )
    }
  }
  const heart = side * 0.062
  parts.push(`<circle cx="${n(x)}" cy="${n(y)}" r="${n(heart)}" fill="${mix(print.ink, petal, 0.15)}"/>`)
  for (let seed = 1; seed < 70; seed += 1) {
    const [angle, far] = [seed * 2.39996, heart * 0.92 * Math.sqrt(seed / 70)]
    parts.push(
      `<circle cx="${n(x + Math.cos(angle) * far)}" cy="${n(y + Math.sin(angle) * far)}" r="${n(side * 0.0032)}" fill="${mix(petal, '#fff3c4', 0.7)}"/>`,
    )
  }
  return parts.join('')
}
