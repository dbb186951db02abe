import assert from 'node:assert/strict'
import { test } from 'node:test'
import { short } from './numbers.ts'

test('numbers are as short as Intl’s compact notation makes them', () => {
  const intl = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
  for (const count of [0, 7, 999, 1_000, 1_049, 1_050, 1_234, 9_999, 12_345, 999_949, 999_950, 1_000_000, 2_340_000])
    assert.equal(short(count), intl.format(count))
  assert.equal(short(5_600_000_000), '5.6B')
})
