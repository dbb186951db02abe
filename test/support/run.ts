import { createWriteStream, globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { SUITES } from '../../src/cli/plan/test-plan.ts'
import countReporter from './count-reporter.ts'
import { startServers } from './servers.ts'

/** `node test/support/run.ts [PATTERN…]`: starts the throwaway servers, runs the matching test files against them, stops them. */
const unit = SUITES.find(({ name }) => name === 'unit')
const patterns = process.argv.length > 2 ? process.argv.slice(2) : (unit?.patterns ?? [])
const files = [...new Set(patterns.flatMap((pattern) => globSync(pattern).sort()))]
if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`)

await using servers = await startServers()
const { postgresPort, redisPort } = servers
process.env['MINIGRAM_TEST_SERVERS'] = JSON.stringify({ postgresPort, redisPort })

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
// Not `node --test`, which sorts the files: those that wait most come first, so that the others fill their pauses.
const events = run({ files, concurrency: unit?.filesAtOnce ?? 1, timeout: 120_000, signal: stop.signal })
events.on('test:summary', ({ success }) => {
  if (!success) process.exitCode = 1
})
const counts = process.env['MINIGRAM_TEST_COUNTS']
if (counts) events.compose(countReporter).pipe(createWriteStream(counts))
events.compose(spec).pipe(process.stdout)
await new Promise((resolve) => events.once('close', resolve))
