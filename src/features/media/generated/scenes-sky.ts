import { mix, type Canvas } from './canvas.ts'
import { DAYLIGHT, NIGHT } from './palettes.ts'
import {
  birds,
  blur,
  conifer,
  ground,
  line,
  n,
  radial,
  ridge,
  sky,
  streaks,
  sun,
  vertical,
  type Point,
} from './strokes.ts'

/** A low sun and its path on the water. */
export function sea(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(DAYLIGHT)
  const horizon = between(0.44, 0.58) * height
  const sunX = between(0.25, 0.75) * width
  const deep = mix(light.near, light.zenith, 0.45)
  const parts = [sky(canvas, light, horizon + 1), streaks(canvas, light, horizon * 0.15, horizon * 0.92, 14)]
  parts.push(sun(canvas, light, [sunX, horizon - between(0.02, 0.16) * height], between(0.035, 0.06) * width))
  const water = vertical(canvas, [
    [0, mix(light.horizon, light.middle, 0.45)],
    [0.12, mix(light.middle, deep, 0.3)],
    [0.5, mix(light.middle, deep, 0.72)],
    [1, deep],
  ])
  parts.push(`<rect y="${n(horizon)}" width="${width}" height="${n(height - horizon)}" fill="${water}"/>`)
  if (canvas.chance(0.55)) parts.push(island(canvas, horizon, mix(light.far, light.near, 0.45)))
  parts.push(waves(canvas, horizon, sunX, light.glow, mix(deep, '#000000', 0.2), mix(light.middle, light.horizon, 0.5)))
  if (canvas.chance(0.6))
    parts.push(
      sail(
        canvas,
        [((sunX / width + between(0.25, 0.45)) % 0.9) * width + width * 0.05, horizon + height * 0.012],
        light.near,
        light.glow,
      ),
    )
  if (canvas.chance(0.5)) parts.push(birds(canvas, light.near, [width * between(0.2, 0.8), horizon * 0.45], 5))
  return parts.join('')
}

function island(canvas: Canvas, horizon: number, colour: string): string {
  const from = canvas.chance(0.5) ? -0.1 : canvas.between(0.5, 0.75)
  const [left, span] = [from * canvas.width, canvas.between(0.4, 0.6) * canvas.width]
  const curve = canvas.curve(span * 0.5, 5)
  const points = Array.from({ length: 90 }, (_, index): Point => {
    const at = index / 89
    return [
      left + span * at,
      horizon + 1 - Math.sin(at * Math.PI) ** 0.8 * canvas.height * 0.055 * (0.75 + 0.5 * curve(at * span)),
    ]
  })
  return `<path d="${line([...points])}Z" fill="${colour}"/>`
}

/** Glints where the sun's path is, dark and pale wave crests elsewhere; finer towards the horizon. */
function waves(canvas: Canvas, horizon: number, sunX: number, glow: string, dark: string, pale: string): string {
  const { width, height, between } = canvas
  const crests: string[] = []
  for (let index = 0; index < 1500; index += 1) {
    const depth = between(0, 1) ** 1.7
    const y = horizon + 2 + (height - horizon) * depth
    const lane = width * (0.035 + 0.13 * depth)
    const inLane = index % 5 < 3
    const drift = (between(-1, 1) + between(-1, 1) + between(-1, 1)) / 2
    const x = inLane ? sunX + drift * lane : between(-0.05, 1.05) * width
    const fade = inLane ? Math.exp(-((Math.abs(x - sunX) / lane) ** 2)) : 1
    const length = width * (0.003 + 0.03 * depth) * between(0.4, 1.6)
    const opacity = inLane ? between(0.25, 0.95) * fade : between(0.05, 0.26)
    const colour = inLane ? glow : index % 2 ? dark : pale
    crests.push(
      `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(length)}" ry="${n(0.6 + depth * 2.6 * between(0.5, 1.2))}" fill="${colour}" fill-opacity="${opacity.toFixed(2)}"/>`,
    )
  }
  const shine = radial(canvas, [
    [0, glow, 0.5],
    [0.6, glow, 0.12],
    [1, glow, 0],
  ])
  return `<ellipse cx="${n(sunX)}" cy="${n(horizon)}" rx="${n(width * 0.32)}" ry="${n(height * 0.12)}" fill="${shine}" clip-path="inset(50% 0 0 0)"/>${crests.join('')}`
}

function sail(canvas: Canvas, [x, y]: Point, hull: string, cloth: string): string {
  const size = canvas.width * canvas.between(0.035, 0.06)
  const tilt = canvas.between(-5, 5)
  return (
    `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(tilt)}) scale(${n(size / 10)})">` +
    `<path d="M-4 0L4.6 0L3.4 1.5L-3 1.5Z" fill="${hull}"/><path d="M0.2 -0.5L0.2 -12Q4.6 -6 4.4 -0.8Z" fill="${cloth}"/>` +
    `<path d="M-0.4 -0.8L-0.4 -10.5Q-3 -5 -3.8 -0.9Z" fill="${mix(cloth, hull, 0.22)}"/></g>`
  )
}

/** Stars, the band of the galaxy, and what is small beneath them. */
export function night(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(NIGHT)
  const ground_ = between(0.74, 0.84) * height
  const parts = [
    sky(canvas, light, height),
    galaxy(canvas, light.glow, light.horizon),
    stars(canvas, light.glow, ground_),
  ]
  if (canvas.chance(0.45)) parts.push(moon(canvas, light.glow))
  for (const depth of [0.25, 0.6, 1]) {
    const curve = canvas.curve(width * (0.3 + 0.3 * depth), 6)
    const base = ground_ + (height - ground_) * (depth - 0.25) * 0.8
    const points = ridge(canvas, (x) => base - curve(x) * height * 0.075)
    const colour = mix(light.far, light.near, depth)
    parts.push(
      ground(
        canvas,
        points,
        vertical(canvas, [
          [0, colour],
          [1, mix(colour, light.near, 0.6)],
        ]),
      ),
    )
    if (depth === 1) parts.push(pines(canvas, points, colour), tent(canvas, points, light.accent, light.near))
  }
  return parts.join('')
}

function stars(canvas: Canvas, glow: string, bottom: number): string {
  const { width, between } = canvas
  const points = Array.from({ length: 900 }, () => {
    const size = width * (0.0005 + 0.0014 * between(0, 1) ** 5)
    const y = between(0, 1) ** 1.15 * bottom
    return `<circle cx="${n(between(0, width))}" cy="${n(y)}" r="${size.toFixed(2)}" fill="${mix(glow, '#ffffff', between(0, 1))}" fill-opacity="${(between(0.25, 1) * (1 - 0.5 * (y / bottom))).toFixed(2)}"/>`
  })
  const halo = radial(canvas, [
    [0, '#ffffff', 0.9],
    [0.12, glow, 0.5],
    [1, glow, 0],
  ])
  const bright = Array.from(
    { length: 14 },
    () =>
      `<circle cx="${n(between(0, width))}" cy="${n(between(0, bottom * 0.8))}" r="${n(width * between(0.003, 0.007))}" fill="${halo}"/>`,
  )
  return points.join('') + bright.join('')
}

function galaxy(canvas: Canvas, glow: string, warm: string): string {
  const { width, height, between } = canvas
  const turn = between(35, 65) * (canvas.chance(0.5) ? 1 : -1)
  const long = Math.hypot(width, height)
  const bend = canvas.curve(long * 0.35, 3)
  const clouds = Array.from({ length: 130 }, (_, index) => {
    const along = between(-0.6, 0.6) * long
    const off = bend(along) * height * 0.05 + between(-1, 1) * between(0, 1) * height * 0.15
    const colour = index % 4 === 0 ? mix(warm, glow, 0.4) : mix(glow, warm, 0.35)
    return `<ellipse cx="${n(along)}" cy="${n(off)}" rx="${n(width * between(0.04, 0.13))}" ry="${n(height * between(0.012, 0.045))}" fill="${colour}" fill-opacity="${between(0.04, 0.12).toFixed(3)}"/>`
  })
  const lanes = Array.from({ length: 26 }, () => {
    const along = between(-0.5, 0.5) * long
    return `<ellipse cx="${n(along)}" cy="${n(bend(along) * height * 0.05 + between(-0.015, 0.025) * height)}" rx="${n(width * between(0.03, 0.09))}" ry="${n(height * between(0.003, 0.01))}" fill="#05060f" opacity="${between(0.1, 0.26).toFixed(2)}"/>`
  })
  const dust = Array.from({ length: 1100 }, () => {
    const along = between(-0.6, 0.6) * long
    const off = bend(along) * height * 0.05 + (between(-1, 1) + between(-1, 1) + between(-1, 1)) * height * 0.045
    return `<circle cx="${n(along)}" cy="${n(off)}" r="${between(0.4, 1).toFixed(2)}" fill="${glow}" fill-opacity="${between(0.15, 0.7).toFixed(2)}"/>`
  })
  const soft = blur(canvas, width * 0.014)
  const at = `translate(${n(width * between(0.4, 0.6))} ${n(height * 0.36)}) rotate(${n(turn)})`
  return `<g transform="${at}"><g filter="${soft}">${clouds.join('')}${lanes.join('')}</g>${dust.join('')}</g>`
}

function moon(canvas: Canvas, glow: string): string {
  const { width, height, between } = canvas
  const [x, y, radius] = [between(0.18, 0.82) * width, between(0.14, 0.3) * height, width * between(0.028, 0.042)]
  const halo = radial(canvas, [
    [0, glow, 0.6],
    [0.3, glow, 0.18],
    [1, glow, 0],
  ])
  const lean = between(-0.9, 0.9)
  const [dx, dy] = [Math.cos(lean) * radius * 0.42, Math.sin(lean) * radius * 0.42]
  const mask = canvas.define(
    (id) =>
      `<mask id="${id}"><rect width="${width}" height="${height}" fill="#fff"/><circle cx="${n(x + dx)}" cy="${n(y + dy)}" r="${n(radius * 0.92)}" fill="#000"/></mask>`,
  )
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius * 6)}" fill="${halo}"/><circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="#fffaf0" mask="${mask}"/>`
}

function pines(canvas: Canvas, points: readonly Point[], colour: string): string {
  const density = canvas.curve(canvas.width * 0.35, 2)
  let shapes = ''
  for (let x = 0; x < canvas.width; x += canvas.width * canvas.between(0.006, 0.024)) {
    const foot = points[Math.floor(x / 6)]
    if (foot && density(x) > -0.1)
      shapes += conifer(canvas, [x, foot[1] + 6], canvas.height * canvas.between(0.035, 0.12) * (0.7 + density(x)))
  }
  return `<path d="${shapes}" fill="${colour}"/>`
}

/** Somebody is there: a lit tent in the dark. */
function tent(canvas: Canvas, points: readonly Point[], warm: string, dark: string): string {
  const x = canvas.width * canvas.between(0.25, 0.75)
  const y = (points[Math.floor(x / 6)]?.[1] ?? canvas.height) + canvas.height * 0.055
  const size = canvas.width * 0.022
  const glow = radial(canvas, [
    [0, warm, 0.55],
    [1, warm, 0],
  ])
  const cloth = vertical(canvas, [
    [0, mix(warm, dark, 0.25)],
    [1, warm],
  ])
  return (
    `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(size * 6)}" ry="${n(size * 3)}" fill="${glow}"/>` +
    `<path d="M${n(x)} ${n(y - size * 1.5)}L${n(x + size * 1.6)} ${n(y)}L${n(x - size * 1.6)} ${n(y)}Z" fill="${cloth}"/>` +
    `<path d="M${n(x)} ${n(y - size * 1.5)}L${n(x + size * 0.3)} ${n(y)}L${n(x - size * 0.25)} ${n(y)}Z" fill="${mix(warm, dark, 0.45)}"/>`
  )
}

/** Balloons over a morning landscape. */
export function balloons(canvas: Canvas): string {
  const { width, height, between } = canvas
  const light = canvas.pick(DAYLIGHT)
  const land = between(0.74, 0.82) * height
  const parts = [sky(canvas, light, land * 1.1), streaks(canvas, light, height * 0.08, land * 0.9, 7)]
  parts.push(sun(canvas, light, [between(0.15, 0.85) * width, land - between(0.02, 0.1) * height], width * 0.035))
  for (const depth of [0, 0.4, 1]) {
    const curve = canvas.curve(width * (0.4 + 0.2 * depth), 5)
    const base = land + (height - land) * depth * 0.75
    const points = ridge(canvas, (x) => base - curve(x) * height * 0.055)
    const colour = mix(mix(light.far, light.horizon, 0.3), light.near, depth * 0.9)
    parts.push(
      ground(
        canvas,
        points,
        vertical(canvas, [
          [0, colour],
          [1, mix(colour, light.horizon, 0.35 * (1 - depth))],
        ]),
      ),
    )
  }
  const cloths = ['#c8553d', '#f2c572', '#f4ebdd', '#33658a', '#588b8b', '#8a5a83', '#e58f65', '#2f4858'] as const
  const places = [
    [0.32, 0.3, 0.15],
    [0.7, 0.46, 0.085],
    [0.83, 0.2, 0.055],
    [0.12, 0.58, 0.045],
    [0.52, 0.62, 0.034],
    [0.58, 0.13, 0.028],
  ] as const
  const isMirrored = canvas.chance(0.5)
  for (const [x, y, size] of places.slice(0, Math.round(between(3, 6))).toReversed()) {
    const haze = 0.45 * (1 - size / 0.15)
    const cloth = canvas.pick(cloths)
    const [first, second] = [cloth, canvas.pick(cloths.filter((other) => other !== cloth))].map((colour) =>
      mix(colour, light.horizon, haze),
    )
    const at: Point = [((isMirrored ? 1 - x : x) + between(-0.03, 0.03)) * width, (y + between(-0.03, 0.03)) * height]
    parts.push(
      balloon(
        canvas,
        at,
        size * between(0.9, 1.1) * Math.min(width, height * 0.9),
        first ?? cloth,
        second ?? cloth,
        light.near,
      ),
    )
  }
  return parts.join('')
}

function balloon(canvas: Canvas, [x, y]: Point, radius: number, first: string, second: string, dark: string): string {
  const gores = 9
  const foot = radius * 1.25
  const outline = (scale: number) =>
    `M0 ${n(-radius)}C${n(radius * 1.3 * scale)} ${n(-radius)} ${n(radius * 1.2 * scale)} ${n(radius * 0.5)} ${n(radius * 0.2 * scale)} ${n(foot)}` +
    `L${n(-radius * 0.2 * scale)} ${n(foot)}C${n(-radius * 1.2 * scale)} ${n(radius * 0.5)} ${n(-radius * 1.3 * scale)} ${n(-radius)} 0 ${n(-radius)}Z`
  const cloth = Array.from({ length: gores }, (_, gore) => {
    const scale = Math.sin(((gores - gore) / gores) * (Math.PI / 2))
    return `<path d="${outline(scale)}" fill="${gore % 2 ? second : first}"/>`
  })
  const shade = canvas.define(
    (id) =>
      `<linearGradient id="${id}"><stop offset="0" stop-color="#fff" stop-opacity="0.22"/><stop offset="0.45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="${dark}" stop-opacity="0.5"/></linearGradient>`,
  )
  const [top, side] = [radius * 1.48, radius * 0.12]
  const basket = `<path d="M${n(-side)} ${n(top)}L${n(side)} ${n(top)}L${n(side * 0.85)} ${n(top + side * 1.5)}L${n(-side * 0.85)} ${n(top + side * 1.5)}Z" fill="${mix('#6b4423', dark, 0.4)}"/>`
  const ropes = `<path d="M${n(-radius * 0.17)} ${n(foot)}L${n(-side)} ${n(top)}M${n(radius * 0.17)} ${n(foot)}L${n(side)} ${n(top)}" stroke="${dark}" stroke-width="${n(Math.max(0.8, radius / 90))}"/>`
  return `<g transform="translate(${n(x)} ${n(y)})">${ropes}${cloth.join('')}<path d="${outline(1)}" fill="${shade}"/>${basket}</g>`
}
