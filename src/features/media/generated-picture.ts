import sharp from 'sharp'
import { createCanvas, random, type Canvas } from './generated/canvas.ts'
import { portrait } from './generated/portrait.ts'
import { dunes, forest, hills } from './generated/scenes-land.ts'
import { arches, botanical, flower } from './generated/scenes-print.ts'
import { balloons, night, sea } from './generated/scenes-sky.ts'
import { field, lake } from './generated/scenes-valley.ts'

type Scene = (canvas: Canvas) => string

/** In an order that puts unlike neighbours beside each other in a list. */
const SCENES: Scene[] = [hills, sea, botanical, night, dunes, lake, flower, forest, balloons, field, arches]
const SIZES = [
  [1280, 1600],
  [1600, 1067],
  [1440, 1440],
  [1280, 1600],
  [1600, 1067],
] as const
const GRAIN_TILE_PX = 256

/** A pleasant picture as JPEG, 1067 to 1600 pixels a side, the same for the same seed. Costs 0.2 to 0.6 s of CPU.
 *  Stands in for photographs where there are none. */
export async function generatedPicture(seed: number): Promise<Buffer> {
  const scene = at(SCENES, seed)
  const [width, height] = at(SIZES, seed + Math.floor(seed / SIZES.length))
  return paint(draw(scene, seed, width, height), seed, 0.055)
}

/** A 256 px square JPEG that does for a person's picture. */
export async function generatedAvatar(seed: number): Promise<Buffer> {
  const scene = seed % 3 === 2 ? at([flower, night, sea, dunes, arches, hills], Math.floor(seed / 3)) : portrait
  return sharp(await paint(draw(scene, seed, 640, 640), seed, 0.03))
    .resize(256, 256)
    .jpeg({ quality: 88 })
    .toBuffer()
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[((Math.floor(index) % list.length) + list.length) % list.length]
  if (found === undefined) throw new RangeError('an empty list')
  return found
}

function draw(scene: Scene, seed: number, width: number, height: number): string {
  const canvas = createCanvas(seed, width, height)
  const body = scene(canvas)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>${canvas.definitions()}</defs>${body}</svg>`
}

/** Flat gradients band and look synthetic; a little grain hides both. */
function paint(svg: string, seed: number, grainStrength: number): Promise<Buffer> {
  return sharp(Buffer.from(svg))
    .flatten({ background: '#ffffff' })
    .composite([
      {
        input: grain(seed, grainStrength),
        raw: { width: GRAIN_TILE_PX, height: GRAIN_TILE_PX, channels: 4 },
        tile: true,
        blend: 'overlay',
      },
    ])
    .jpeg({ quality: 88 })
    .toBuffer()
}

function grain(seed: number, strength: number): Buffer {
  const next = random(seed + 7919)
  const pixels = Buffer.alloc(GRAIN_TILE_PX * GRAIN_TILE_PX * 4)
  for (let index = 0; index < pixels.length; index += 4) {
    const tone = 128 + (next() + next() - 1) * 255 * strength * 6
    pixels.fill(Math.min(255, Math.max(0, tone)), index, index + 3)
    pixels[index + 3] = 90
  }
  return pixels
}
