import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer-reader.ts'
import { decode } from './histogram.ts'
import { createRecorder, type Noted } from './recorder.ts'
import { mergeReports } from './report.ts'

const ANSWER: Answer = {
  status: 200,
  contentType: 'application/json',
  cacheStatus: '',
  servedBy: 'app1',
  isGzipped: false,
  bodyBytes: 100,
  body: null,
  keepsOpen: true,
}

function noted(change: Partial<Noted> & { from?: Partial<Answer> } = {}): Noted {
  const { from, ...rest } = change
  return {
    kind: 'feed',
    isStatic: false,
    isIdempotent: true,
    elapsedMs: 10,
    answer: { ...ANSWER, ...from },
    failure: null,
    ...rest,
  }
}

test('reports of threads merge into what one recorder would have said', () => {
  const [one, other, both] = [createRecorder(), createRecorder(), createRecorder()]
  for (let ms = 1; ms <= 1_000; ms++) {
    const each = noted({
      elapsedMs: ms,
      failure: ms % 100 === 0 ? '503' : null,
      from: { servedBy: `app${1 + (ms % 3)}` },
    })
    ;(ms % 2 === 0 ? one : other).note(each)
    both.note(each)
  }
  const merged = mergeReports([one.report(10), other.report(10)], true)
  assert.deepEqual(merged, mergeReports([both.report(10)], true))
  assert.equal(merged.seconds, 10)
  assert.equal(merged.dynamic.count, 1_000)
  assert.equal(merged.dynamic.failed, 10)
  assert.equal(merged.failures['feed: 503'], 10)
  assert.ok(Math.abs(merged.dynamic.p95Ms - 950) < 10, `p95 ${merged.dynamic.p95Ms}`)
  assert.equal(decode(merged.dynamic.histogram).totalCount, 1_000)
})

test('a report survives being written to a file', () => {
  const recorder = createRecorder()
  recorder.note(noted())
  const report = mergeReports([recorder.report(1)], true)
  assert.deepEqual(mergeReports([JSON.parse(JSON.stringify(report))], true), report)
})

test('steps that follow each other add their seconds', () => {
  const recorder = createRecorder()
  assert.equal(mergeReports([recorder.report(10), recorder.report(20)], false).seconds, 30)
})

test('photos and assets are no dynamic requests', () => {
  const recorder = createRecorder()
  recorder.note(noted())
  recorder.note(noted({ kind: 'image', isStatic: true }))
  const { all, dynamic } = recorder.report(1)
  assert.deepEqual([all.count, dynamic.count], [2, 1])
})

test('only failures of idempotent requests count as such', () => {
  const recorder = createRecorder()
  recorder.note(noted({ failure: '502' }))
  recorder.note(noted({ kind: 'comment', isIdempotent: false, failure: '502' }))
  assert.equal(recorder.report(1).failedIdempotent, 1)
})

test('each tier is counted for what it says it did, and who had it is who answered', () => {
  const recorder = createRecorder()
  const say = (cacheStatus: string, servedBy: string) => recorder.note(noted({ from: { cacheStatus, servedBy } }))
  say('app; hit, lb; fwd=bypass', 'app1')
  say('app; fwd=miss, lb; fwd=uri-miss', 'app2')
  say('app; fwd=miss, lb; hit', '')
  say('edge1; hit; ttl=80', '')
  say('edge2; fwd=miss; stored', '')
  const { caches, tiers } = recorder.report(1)
  assert.deepEqual(caches, {
    'app feed': { hits: 1, misses: 2, bypassed: 0 },
    'lb feed': { hits: 1, misses: 1, bypassed: 1 },
    'edge feed': { hits: 1, misses: 1, bypassed: 0 },
  })
  assert.deepEqual(Object.fromEntries(Object.entries(tiers).map(([name, { count }]) => [name, count])), {
    app: 2,
    lb: 2,
    edge: 1,
  })
})
