import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './suggest.ts'

test('a slip of the fingers finds the word that was meant', () => {
  const verbs = ['up', 'down', 'status', 'logs', 'psql', 'doctor']
  assert.equal(nearest('staus', verbs), 'status')
  assert.equal(nearest('donw', verbs), 'down')
  assert.equal(nearest('doc', verbs), 'doctor')
  assert.equal(nearest('frobnicate', verbs), null)
})
