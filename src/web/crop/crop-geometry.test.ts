import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cutOf as exactCutOf,
  isUnchanged,
  moved,
  turnedOnce,
  WHOLE,
  ZOOM_MAX,
  zoomed,
  type View,
} from './crop-geometry.ts'

const WIDE = { width: 4000, height: 3000 }

/** In whole pixels. */
function cutOf(view: View) {
  const { quarterTurns, x, y, width, height } = exactCutOf(WIDE, view)
  return {
    quarterTurns,
    x: Math.round(x),
    y: Math.round(y),
    width: Math.round(width),
    height: Math.round(height),
  }
}

test('an untouched picture is kept whole', () => {
  assert.deepEqual(cutOf(WHOLE), { quarterTurns: 0, x: 0, y: 0, width: 4000, height: 3000 })
  assert.ok(isUnchanged(WHOLE))
})

test('a square is cut from the middle', () => {
  assert.deepEqual(cutOf({ ...WHOLE, aspect: 1 }), { quarterTurns: 0, x: 500, y: 0, width: 3000, height: 3000 })
})

test('a quarter turn swaps the sides, four of them change nothing', () => {
  const once = turnedOnce(WHOLE)
  assert.deepEqual(cutOf(once), { quarterTurns: 1, x: 0, y: 0, width: 3000, height: 4000 })
  const off = { ...WHOLE, zoom: 2, x: 0.3, y: 0.6 }
  const around = turnedOnce(turnedOnce(turnedOnce(turnedOnce(off))))
  assert.deepEqual(cutOf(around), cutOf(off))
})

test('a turn keeps what is in the middle of the frame', () => {
  // the upper left corner of a picture that is turned clockwise lies at the upper right
  const corner = turnedOnce({ ...WHOLE, zoom: 4, x: 0.125, y: 0.125 })
  assert.deepEqual([corner.x, corner.y], [0.875, 0.125])
})

test('dragging moves the picture with the hand and stops at its edges', () => {
  const square = { ...WHOLE, aspect: 1 }
  assert.equal(cutOf(moved(WIDE, square, 0.1, 0)).x, 200, 'to the right shows what lies further left')
  const atEdge = moved(WIDE, square, 9, 9)
  assert.equal(cutOf(atEdge).x, 0)
  assert.equal(cutOf(moved(WIDE, atEdge, -0.1, 0)).x, 300, 'and comes back at once')
})

test('the cut never leaves the picture, whatever is asked', () => {
  for (const aspect of [null, 0.2, 0.8, 1, 5])
    for (const quarterTurns of [0, 1, 2, 3])
      for (const [x, y] of [
        [0, 0],
        [1, 1],
        [-3, 7],
      ] as const) {
        const cut = cutOf({ aspect, quarterTurns, zoom: 1.7, x, y })
        const [width, height] = quarterTurns % 2 ? [3000, 4000] : [4000, 3000]
        assert.ok(cut.x >= 0 && cut.y >= 0 && cut.x + cut.width <= width && cut.y + cut.height <= height)
      }
  assert.equal(zoomed(WHOLE, 99).zoom, ZOOM_MAX)
  assert.equal(zoomed(WHOLE, 0).zoom, 1)
})
