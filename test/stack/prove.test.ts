import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ProveReport } from '../../load/prove/report.ts'
import { minigram, REPO_DIR } from '../support/stack.ts'

const SCENARIOS = join(REPO_DIR, 'test/support/scenarios')

async function prove(t: TestContext, ...words: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'prove-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const run = await minigram('prove', ...words, '--scenarios', SCENARIOS, '--no-seed', '--out', directory)
  const report: ProveReport = JSON.parse(readFileSync(join(directory, 'prove.json'), 'utf8'))
  return { ...run, report, html: readFileSync(join(directory, 'prove.html'), 'utf8'), directory }
}
const statusOf = (report: ProveReport, id: string) => report.claims.find((row) => row.id === id)?.status

test('a scenario’s measurement, the page, the JSON and the exit code say the same', async (t) => {
  const { code, stdout, stderr, report, html } = await prove(t, 'answers')
  assert.equal(code, 0, stderr)
  assert.deepEqual([report.verdict, statusOf(report, 'L3'), statusOf(report, 'L1')], ['pass', 'pass', 'not run'])
  assert.equal(report.scenarios[0]?.measurements[0]?.samples, 10)
  assert.match(stdout, /L3 .* pass/)
  assert.match(html, /The one promise that was measured holds/)
  assert.ok(report.stack.appServers >= 1 && report.machine.cores >= 1)
  assert.deepEqual(
    report.warnings.filter((warning) => warning.startsWith('the stack is not')),
    [],
  )
})

test('a scenario that fails is a failed promise, and the others have their turn', async (t) => {
  const { code, report, html, directory } = await prove(t)
  assert.equal(code, 1)
  assert.deepEqual(
    report.scenarios.map(({ name, outcome }) => `${name} ${outcome}`),
    ['answers ran', 'broken failed'],
  )
  assert.deepEqual([report.verdict, statusOf(report, 'L3'), statusOf(report, 'L1')], ['fail', 'pass', 'fail'])
  assert.ok(html.includes('broken &lt;on purpose&gt;'))
  const compared = await prove(t, 'answers', '--against', join(directory, 'prove.json'))
  assert.match(compared.stdout, /against .*\n.*L3/)
  assert.match(compared.html, /id="compared"/)
})

test('a name that nothing has, and a report that is none, are wrong options', async () => {
  const wrong = await minigram('prove', 'wrold', '--no-seed')
  assert.deepEqual([wrong.code, /nothing to prove is called 'wrold'/.test(wrong.stderr)], [2, true])
  const none = await minigram('prove', '--no-seed', '--against', join(REPO_DIR, 'package.json'))
  assert.deepEqual([none.code, /is no prove\.json/.test(none.stderr)], [2, true])
})
