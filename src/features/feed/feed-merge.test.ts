import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mergeIds } from './feed-merge.ts'

const id = (number: number) => `${String(number).padStart(8, '0')}-0000-7000-8000-000000000000`
const ids = fc.uniqueArray(fc.nat(60), { maxLength: 20 }).map((numbers) => numbers.map(id).toSorted().toReversed())

test('whatever part of each source is known, a merged page is right or known to be incomplete', () => {
  fc.assert(
    fc.property(
      fc.record({ all: ids, known: fc.nat(20) }),
      // A cut source knows at least its newest.
      fc.array(fc.record({ all: ids, known: fc.integer({ min: 1, max: 20 }) }), { maxLength: 4 }),
      fc.option(fc.nat(60).map(id), { nil: null }),
      fc.integer({ min: 1, max: 12 }),
      (list, recent, before, limit) => {
        const older = (all: readonly string[]) => all.filter((each) => before === null || each < before)
        const isAll = list.known >= older(list.all).length
        const merged = mergeIds(
          { ids: older(list.all).slice(0, list.known), isEnd: isAll },
          recent.map(({ all, known }) => ({ ids: all.slice(0, known), isAll: known >= all.length })),
          { before, limit },
        )
        const everything = [...new Set(older([...list.all, ...recent.flatMap(({ all }) => all)]))]
        const expected = everything.toSorted().toReversed().slice(0, limit)
        if (merged) assert.deepEqual(merged.ids, expected)
        const isComplete = isAll && recent.every(({ all, known }) => known >= all.length)
        if (isComplete) assert.ok(merged, 'complete sources need no tables')
      },
    ),
    { numRuns: 2_000 },
  )
})
