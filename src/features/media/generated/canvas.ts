/** What every scene draws with: seeded chance, colours mixed as the eye sees them, and SVG fragments. */
export interface Canvas {
  width: number
  height: number
  /** In [from, to). */
  between: (from: number, to: number) => number
  pick: <T>(choices: readonly T[]) => T
  chance: (probability: number) => boolean
  /** A smooth curve in about [-1, 1], another for each call. `wavePx` is the length of its longest wave. */
  curve: (wavePx: number, octaves: number) => (x: number) => number
  /** Declares a gradient or filter; returns `url(#…)`. */
  define: (element: (id: string) => string) => string
}

export function createCanvas(seed: number, width: number, height: number): Canvas & { definitions(): string } {
  const next = random(seed)
  const definitions: string[] = []
  const between = (from: number, to: number) => from + next() * (to - from)
  return {
    width,
    height,
    between,
    pick: <T>(choices: readonly T[]): T => {
      const choice = choices[Math.floor(next() * choices.length)]
      if (choice === undefined) throw new RangeError('nothing to pick from')
      return choice
    },
    chance: (probability) => next() < probability,
    curve(wavePx, octaves) {
      const layers = Array.from({ length: octaves }, (_, octave) => ({
        scale: 2 ** octave / wavePx,
        weight: 0.5 ** octave,
        seed: Math.floor(next() * 2 ** 31),
      }))
      const total = layers.reduce((sum, { weight }) => sum + weight, 0)
      return (x) => layers.reduce((sum, { scale, weight, seed }) => sum + weight * waver(x * scale, seed), 0) / total
    },
    define(element) {
      const id = `d${definitions.length}`
      definitions.push(element(id))
      return `url(#${id})`
    },
    definitions: () => definitions.join(''),
  }
}

/** mulberry32, small and the same everywhere; murmur3's finish keeps neighbouring seeds apart. */
export function random(seed: number): () => number {
  let state = Math.imul(seed ^ (seed >>> 16) ^ 0x9e3779b9, 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  state = (state ^ (state >>> 16)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function waver(x: number, seed: number): number {
  const cell = Math.floor(x)
  const at = x - cell
  const ease = at * at * (3 - 2 * at)
  const left = random(seed + cell)() * 2 - 1
  const right = random(seed + cell + 1)() * 2 - 1
  return left + (right - left) * ease
}

/** Between two `#rrggbb` colours, in Oklab: no grey in the middle of a sunset. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [oklab(from), oklab(to)]
  const t = Math.min(1, Math.max(0, share))
  return hex(a.map((value, index) => value + ((b[index] ?? value) - value) * t))
}

function oklab(colour: string): number[] {
  const linear = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return multiply(TO_LAB, multiply(TO_CONES, linear).map(Math.cbrt))
}

function hex(lab: number[]): string {
  const linear = multiply(
    FROM_CONES,
    multiply(FROM_LAB, lab).map((value) => value ** 3),
  )
  const bytes = linear.map((value) => {
    const clipped = Math.min(1, Math.max(0, value))
    const encoded = clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055
    return Math.round(encoded * 255)
      .toString(16)
      .padStart(2, '0')
  })
  return `#${bytes.join('')}`
}

function multiply(matrix: number[][], vector: number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, index) => sum + value * (vector[index] ?? 0), 0))
}

/** Björn Ottosson, "A perceptual color space for image processing". */
const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
]
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
]
const FROM_LAB = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
]
const FROM_CONES = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
]
