import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { newKind, openCaches, positionOf } from '../../test/support/caches.ts'
import type { CacheKind, Load } from './cache-kind.ts'
import type { Cache } from './cache.ts'
import type { ReadScope, WritePosition } from './postgres.ts'

/** A primary and a replica that follows it when told to; values are the step at which they were written. */
function createModel() {
  let step = 0
  let replayed = 0
  const history = new Map<string, { step: number; value: string }[]>()
  const at = (id: string, limit: number) => history.get(id)?.findLast((version) => version.step <= limit)?.value
  return {
    write(id: string): WritePosition {
      step += 1
      history.set(id, [...(history.get(id) ?? []), { step, value: String(step) }])
      return positionOf(step)
    },
    replay: (steps: number) => void (replayed = Math.min(step, replayed + steps)),
    latest: (id: string) => at(id, step),
    load(delayMs: number): Load {
      return async (ids: readonly string[], scope: ReadScope) => {
        const needsPrimary = scope === 'primary' || (scope !== 'any' && scope.since > positionOf(replayed))
        const limit = needsPrimary ? step : replayed
        const values = new Map(
          ids.flatMap((id) => (at(id, limit) === undefined ? [] : ([[id, at(id, limit) ?? '']] as const))),
        )
        await sleep(delayMs)
        return { values, position: positionOf(limit) }
      }
    },
  }
}

async function untilSeen(
  cache: Cache,
  kind: CacheKind<string>,
  id: string,
  model: ReturnType<typeof createModel>,
): Promise<void> {
  for (const end = Date.now() + 2_000; ; await sleep(2)) {
    const seen = (await cache.getMany(kind, [id], 'any', model.load(0)))[0]
    if (seen === model.latest(id)) return
    assert.ok(Date.now() < end, `${id} stays at ${seen}, written was ${model.latest(id)}`)
  }
}

const operation = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    id: fc.constantFrom('a', 'b'),
    cache: fc.nat(1),
    by: fc.constantFrom('ann', 'bob'),
    lingers: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('read' as const),
    id: fc.constantFrom('a', 'b'),
    cache: fc.nat(1),
    delayMs: fc.nat(6),
  }),
  fc.record({ type: fc.constant('replay' as const), steps: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant('pause' as const), ms: fc.nat(4) }),
)

test('in whatever order fills, writes, invalidations and reads come, nobody misses their own write', async (t) => {
  const caches = await openCaches(t, 2)
  const cacheAt = (index: number) => caches[index] ?? assert.fail()
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 25 }), async (operations) => {
      const kind = newKind()
      const model = createModel()
      const records = new Map<string, { since: WritePosition; writes: number }>()
      const running: Promise<void>[] = []
      for (const each of operations) {
        if (each.type === 'replay') model.replay(each.steps)
        else if (each.type === 'pause') await sleep(each.ms)
        else if (each.type === 'read')
          running.push(
            cacheAt(each.cache)
              .getMany(kind, [each.id], 'any', model.load(each.delayMs))
              .then(() => undefined),
          )
        else {
          const written = model.write(each.id)
          running.push(
            (async () => {
              await cacheAt(each.cache).invalidate([{ kind, id: each.id, lingers: each.lingers }], written)
              const known = records.get(each.by) ?? { since: written, writes: 0 }
              const since = known.since > written ? known.since : written
              records.set(each.by, { since, writes: known.writes + 1 })
              const scope = { since, token: `${kind.name} ${each.by} ${since}.${known.writes + 1}` }
              cacheAt(each.cache).announce(scope.token)
              // At first nobody knows whether the others have heard of it, then they have.
              for (let round = 0; round < 3; round += 1) {
                for (const cache of caches) {
                  const seen = (await cache.getMany(kind, [each.id], scope, model.load(2)))[0]
                  assert.ok(seen !== undefined && positionOf(Number(seen)) >= written, `wrote ${written}, saw ${seen}`)
                }
                await sleep(6)
              }
            })(),
          )
        }
      }
      await Promise.all(running)
      model.replay(Number.MAX_SAFE_INTEGER)
      // Other processes are told by messages that nobody waits for: soon, not at once.
      for (const cache of caches) for (const id of ['a', 'b']) await untilSeen(cache, kind, id, model)
    }),
    { numRuns: 60, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  )
})
