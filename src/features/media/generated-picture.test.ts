import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { generatedAvatar, generatedPicture } from './generated-picture.ts'

test('a generated picture is the same for the same seed and another for another', async () => {
  const [one, again, other] = await Promise.all([generatedPicture(7), generatedPicture(7), generatedPicture(18)])
  assert.ok(one.equals(again))
  assert.ok(!one.equals(other))
})

test('generated pictures are of photo size, in colour, and light and dark enough to look at', async () => {
  for (let seed = 0; seed < 11; seed += 1) {
    const picture = sharp(await generatedPicture(seed))
    const { format, width, height } = await picture.metadata()
    assert.equal(format, 'jpeg')
    assert.ok(Math.min(width, height) >= 1000 && Math.max(width, height) <= 1600, `${width} x ${height}`)
    const { channels } = await picture.stats()
    const spread = Math.max(...channels.map(({ stdev }) => stdev))
    assert.ok(spread > 12, `seed ${seed} is flat: ${spread}`)
  }
})

test('a generated avatar is a square', async () => {
  const { width, height } = await sharp(await generatedAvatar(3)).metadata()
  assert.deepEqual([width, height], [256, 256])
})
