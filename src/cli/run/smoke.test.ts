import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { gradientPng } from './smoke.ts'

test('the smoke test sends a picture that decodes', async () => {
  const { width, height, channels } = await sharp(gradientPng(48, 36))
    .stats()
    .then(async () => sharp(gradientPng(48, 36)).metadata())
  assert.deepEqual([width, height, channels], [48, 36, 3])
})
