import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash'
import { placeholderPixels } from './placeholder-pixels.ts'

/** Of 255: between two pixels a line is not quite the wave. */
const TOLERANCE = 6

/** Colours that change across and down, so that a swapped axis or channel shows. */
function hashOf(width: number, height: number): Uint8Array {
  const pixels = Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [(at % width) / width, Math.floor(at / width) / height]
    return [255 * x, 200 * y, 255 * (1 - x) * y, 255]
  })
  return rgbaToThumbHash(width, height, pixels.flat())
}

/** The value between the pixels of thumbhash's own picture; `x` and `y` from 0 to 1. */
function valueAt({ w, h, rgba }: ReturnType<typeof thumbHashToRGBA>, x: number, y: number, channel: number): number {
  const [left, top] = [Math.max(0, x * w - 0.5), Math.max(0, y * h - 0.5)]
  const [x0, y0] = [Math.floor(left), Math.floor(top)]
  const pixel = (px: number, py: number) =>
    rgba[(Math.min(h - 1, py) * w + Math.min(w - 1, px)) * 4 + channel] ?? Infinity
  const row = (py: number) => pixel(x0, py) + (left - x0) * (pixel(x0 + 1, py) - pixel(x0, py))
  return row(y0) + (top - y0) * (row(y0 + 1) - row(y0))
}

for (const [width, height] of [
  [96, 64],
  [64, 96],
  [80, 80],
  [100, 42],
] as const) {
  test(`${width} to ${height}: the picture is the one that thumbhash itself would draw, with fewer pixels`, () => {
    const hash = hashOf(width, height)
    const theirs = thumbHashToRGBA(hash)
    const ours = placeholderPixels(hash)
    assert.equal(Math.max(ours.width, ours.height), 16)
    assert.equal(ours.rgba.length, ours.width * ours.height * 4)
    ours.rgba.forEach((value, at) => {
      const [x, y] = [Math.floor(at / 4) % ours.width, Math.floor(at / 4 / ours.width)]
      const expected = valueAt(theirs, (x + 0.5) / ours.width, (y + 0.5) / ours.height, at % 4)
      assert.ok(Math.abs(value - expected) <= TOLERANCE, `${x}, ${y}, channel ${at % 4}: ${value} for ${expected}`)
    })
  })
}
