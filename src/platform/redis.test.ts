import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOwnRedis } from '../../test/support/replicas.ts'
import { createLog } from './log.ts'
import { closeRedis, connectRedis } from './redis.ts'

test('commands of one turn reach the server together, and each gets its own answer', async (t) => {
  const server = await startOwnRedis(t)
  const redis = connectRedis({ host: '127.0.0.1', port: server.port }, 'test', createLog('test', 'fatal'), 'look')
  t.after(() => closeRedis(redis))
  await new Promise<void>((resolve) => void redis.once('ready', resolve))
  const reads = async () => Number(/total_reads_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
  const before = await reads()
  const answers = await Promise.all(Array.from({ length: 200 }, (_, nr) => redis.incrby('sum', nr % 2)))
  assert.deepEqual([answers[0], answers[1], answers.at(-1)], [0, 1, 100])
  // The second look itself is one more.
  assert.ok((await reads()) - before <= 5)
})
