import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Chart } from '../../scenario.ts'
import { compare } from '../compare.ts'
import { scenarioReport, someReport } from '../some-report.ts'
import { inWords } from './charts/figure.ts'
import { thinned } from './charts/line.ts'
import { linearScale, logScale } from './charts/scales.ts'
import { html } from './markup.ts'
import { htmlReport } from './page.ts'

const LINE: Chart = {
  title: 'Throughput',
  kind: 'line',
  x: 'seconds',
  y: 'req/s',
  series: [
    { name: 'dynamic', points: Array.from({ length: 600 }, (_, index) => [index, 1_000 + (index % 7)] as const) },
    {
      name: 'failed',
      points: [
        [0, 0],
        [599, Number.NaN],
      ],
    },
  ],
  limit: { y: 1_500, text: 'target 1,500' },
  marks: [{ x: 30, text: 'app2 killed <here>' }],
}
const BARS: Chart = {
  title: 'Hits',
  kind: 'bars',
  x: 'tier',
  y: 'hit rate, %',
  labels: ['edge', 'lb'],
  series: [
    {
      name: 'hits',
      points: [
        [0, 98],
        [1, 61.5],
      ],
    },
  ],
}
const HISTOGRAM: Chart = {
  title: 'Latency',
  kind: 'histogram',
  x: 'ms',
  xScale: 'log',
  y: 'requests',
  series: [
    {
      name: 'feed',
      points: [
        [1, 10],
        [2, 40],
        [4, 5],
      ],
    },
  ],
}
const measurements = [
  { claim: 'P2', value: 212, verdict: 'pass', samples: 90_000, note: 'a <b>note</b> & "more"' },
] as const
const report = someReport({
  scenarios: [{ ...scenarioReport('steady', measurements), charts: [LINE, BARS, HISTOGRAM] }],
})

test('values are escaped, markup is not escaped twice', () => {
  assert.equal(
    html`<p title="${'"x"'}">${'<i>'}${html`<b>${1}</b>`}${[html`a`, null]}</p>`.text,
    '<p title="&quot;x&quot;">&lt;i&gt;<b>1</b>a</p>',
  )
})

test('the page is one file: nothing in it is fetched or run', () => {
  const page = htmlReport(report, null)
  assert.doesNotMatch(page, /(?:src|href)=["'](?!#)/)
  assert.doesNotMatch(page, /https?:\/\/|@import|url\(|<script|<link|<img|<iframe/)
  assert.ok(page.includes('a &lt;b&gt;note&lt;/b&gt; &amp; &quot;more&quot;'))
  assert.ok(page.includes('app2 killed &lt;here&gt;'))
  assert.doesNotMatch(page, /NaN|undefined|\[object/)
})

test('the page shows each promise with its target, value, verdict and command, and the machine', () => {
  const page = htmlReport(report, null)
  for (const text of [
    'response time P95 at P1',
    '≤ 300 ms',
    '212 ms',
    '✓ holds',
    './minigram prove steady',
    'Some CPU',
    '0123456789ab',
    'n = 90,000',
  ])
    assert.ok(page.includes(text), text)
  assert.ok(page.includes('the drills come with a later version'))
})

test('a page that compares shows what was before and how a verdict changed', () => {
  const old = someReport({
    scenarios: [scenarioReport('steady', [{ claim: 'P2', value: 424, verdict: 'fail', samples: 9 }])],
  })
  const page = htmlReport(report, compare(old, report, 'yesterday'))
  for (const text of ['Against yesterday', '424 ms', '−50 %', 'better', 'P2 fail → pass'])
    assert.ok(page.includes(text), text)
})

test('every drawing has a name, its contents in words, and its numbers in a table', () => {
  const page = htmlReport(report, null)
  assert.equal(page.match(/role="img"/g)?.length, 3)
  assert.equal(page.match(/aria-labelledby="steady-\d"/g)?.length, 3)
  for (const [, id] of page.matchAll(/aria-describedby="([^"]+)"/g)) assert.ok(page.includes(`id="${id}"`), id)
  assert.equal(inWords(BARS), 'hit rate, % over tier. hits: edge 98, lb 61.5.')
})

test('axes begin at 0 and end above the largest value at a round step', () => {
  assert.deepEqual(linearScale([3, 98], 4).ticks, [0, 50, 100])
  assert.deepEqual(linearScale([0, 0], 4).ticks, [0, 0.5, 1])
  assert.deepEqual(linearScale([0, 0.3], 3).ticks, [0, 0.1, 0.2, 0.3])
  assert.deepEqual(linearScale([], 4).ticks, [0, 0.5, 1])
  assert.deepEqual(logScale([2, 450]).ticks, [1, 10, 100, 1_000])
  assert.equal(logScale([1, 100]).at(10), 0.5)
})

test('a long line keeps its peaks', () => {
  const points = Array.from({ length: 5_000 }, (_, index) => [index, index === 3_333 ? 900 : 1] as const)
  const drawn = thinned(points, 100)
  assert.ok(drawn.length <= 100)
  assert.ok(drawn.some(([, value]) => value === 900))
  assert.deepEqual(
    drawn.map(([at]) => at),
    drawn.map(([at]) => at).toSorted((one, other) => one - other),
  )
})
