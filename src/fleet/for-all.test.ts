import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { forAll } from './for-all.ts'

test('so many are at work at a time, in their order', async () => {
  const [begun, atWork] = [[] as string[], new Set<string>()]
  let most = 0
  await forAll(['a', 'b', 'c', 'd', 'e'], 2, async (name) => {
    begun.push(name)
    atWork.add(name)
    most = Math.max(most, atWork.size)
    await turn()
    atWork.delete(name)
  })
  assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e'])
  assert.equal(most, 2)
})

test('a failure keeps nobody else from being done, and is told when all are', async () => {
  const done: string[] = []
  const work = async (name: string) => {
    await turn()
    if (name < 'c') throw new Error(`${name} does not start`)
    done.push(name)
  }
  await assert.rejects(forAll(['a', 'b', 'c', 'd'], 1, work), /^Error: a does not start$/)
  assert.deepEqual(done, ['c', 'd'])
})

test('nothing to do is done', async () => {
  await forAll([], 0, () => assert.fail())
})
