import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstInGrid } from './picture-sources.ts'

const many = (width: number, height: number) => Array.from({ length: 50 }, () => ({ width, height }))

test('a screen shows as many pictures of a grid as its rows hold', () => {
  assert.equal(firstInGrid(many(1_000, 1_000), 'phone'), 5 * 3)
  assert.equal(firstInGrid(many(1_500, 1_000), 'phone'), 5 * 2)
  assert.equal(firstInGrid(many(1_500, 1_000), 'desktop'), 3 * 3)
  assert.equal(firstInGrid(many(1_500, 1_000), 'laptop'), 2 * 2)
  assert.equal(firstInGrid(many(1_500, 1_000).slice(0, 5), 'phone'), 5)
  assert.equal(firstInGrid([], 'phone'), 0)
})
