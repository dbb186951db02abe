import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { asciiJson } from './ready-json.ts'

test('whatever is written, its JSON is ASCII and means the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = asciiJson({ text })
      assert.match(json, /^[ -~]*$/)
      assert.deepEqual(JSON.parse(json), { text })
    }),
  )
  assert.equal(asciiJson('Zoë 🧑 "\u2028"'), String.raw`"Zo\u00eb \ud83e\uddd1 \"\u2028\""`)
})
