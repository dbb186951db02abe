import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { reporters } from '../../src/cli/run/test-run.ts'
import { startServers } from './servers.ts'

/** `node test/support/run.ts [PATTERN…]`: starts the throwaway servers, runs the matching test files against them, stops them. */
const patterns = process.argv.slice(2)
const files = globSync(
  patterns.length > 0 ? patterns : ['src/**/*.test.ts', 'test/{safety,platform}/**/*.test.ts'],
).sort()
if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`)

await using servers = await startServers()
const { postgresPort, redisPort } = servers
const counts = process.env['MINIGRAM_TEST_COUNTS']
const child = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=120000', ...(counts ? reporters(counts) : []), ...files],
  {
    stdio: 'inherit',
    env: { ...process.env, MINIGRAM_TEST_SERVERS: JSON.stringify({ postgresPort, redisPort }) },
  },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
process.exitCode = await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
