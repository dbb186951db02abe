import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Redis } from 'ioredis'
import { startOwnRedis } from '../../test/support/replicas.ts'
import { createLog } from './log.ts'
import { closeRedis, connectRedis, openSubscriber } from './redis.ts'

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

test('who waits for messages notices that a server has frozen, and hears it again when it goes on', async (t) => {
  const server = await startOwnRedis(t)
  const target = { host: '127.0.0.1', port: server.port }
  const log = createLog('test', 'fatal')
  await using subscriber = openSubscriber(target, 'test', log, 'subscriber')
  const { client } = subscriber
  // Not events.once, which takes the first refused connection for an end.
  const next = (emitter: Redis, event: string) =>
    new Promise<unknown[]>((resolve) => void emitter.once(event, (...given: unknown[]) => resolve(given)))
  const listening = async () => {
    await next(client, 'ready')
    await client.subscribe('news')
  }
  await listening()
  const closed = next(client, 'close')
  server.process.kill('SIGSTOP')
  await closed
  server.process.kill('SIGCONT')
  await listening()
  const heard = next(client, 'message')
  const redis = connectRedis(target, 'test', log, 'publisher')
  t.after(() => closeRedis(redis))
  await next(redis, 'ready')
  await redis.publish('news', 'here')
  assert.deepEqual(await heard, ['news', 'here'])
})
