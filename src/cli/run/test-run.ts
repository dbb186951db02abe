import { spawn } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '../cli-error.ts'
import { freeOffset } from '../plan/port-plan.ts'
import { readCounts, type Counts, type Suite } from '../plan/test-plan.ts'
import { endWithUs } from './interruption.ts'
import { isProcessAlive } from '../../fleet/process-table.ts'

const STATE_PREFIX = 'minigram-test-'
/** Not /tmp: some machines keep that in memory, and the service user must be able to reach it. */
const STATE_PARENT = '/var/tmp'

export interface TestStack extends AsyncDisposable {
  /** What a test file needs to find the stack. */
  environment: Readonly<Record<string, string>>
}

/** Runs `command` on our Node with its output on ours, and answers with the exit code. */
export function runNode(
  command: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    // Tests run as a person's shell would run them, with its environment.
    const child = spawn(
      'env',
      [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), process.execPath, ...command],
      {
        cwd,
        stdio: 'inherit',
      },
    )
    endWithUs(child)
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 128))
  })
}

/** One suite's files under node:test; output to the terminal, counts from the reporter. */
export async function runSuite(
  suite: Suite,
  repoDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<Counts> {
  const files = suite.patterns.flatMap((pattern) => globSync(pattern, { cwd: repoDir }).sort())
  if (files.length === 0) throw new CliError(`no test file matches ${suite.patterns.join(' ')}`)
  const directory = mkdtempSync(join(tmpdir(), 'minigram-counts-'))
  const counts = join(directory, 'counts.jsonl')
  try {
    const runner = suite.needsStack
      ? ['--test', `--test-concurrency=${suite.filesAtOnce}`, '--test-timeout=600000', ...reporters(counts), ...files]
      : ['test/support/run.ts', ...files]
    const code = await runNode(runner, repoDir, { ...environment, MINIGRAM_TEST_COUNTS: counts })
    const read = readCounts(existsSync(counts) ? readFileSync(counts, 'utf8') : '')
    return code !== 0 && read.failed === 0 ? { ...read, failed: 1 } : read
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function reporters(counts: string): string[] {
  return [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./test/support/count-reporter.ts',
    `--test-reporter-destination=${counts}`,
  ]
}

/** A whole stack of its own for the tests: own state, own ports, loopback only; gone when disposed of. */
export async function startTestStack(repoDir: string, listening: ReadonlySet<number>): Promise<TestStack> {
  await removeLeftovers(repoDir)
  const offset = freeOffset(listening)
  if (offset === null) throw new CliError('no port offset is free for a test stack', { next: './minigram status' })
  const state = join(STATE_PARENT, `${STATE_PREFIX}${process.pid}`)
  const environment = { MINIGRAM_STATE: state, MINIGRAM_PORT_OFFSET: String(offset), MINIGRAM_PUBLIC_BIND: '127.0.0.1' }
  const code = await runNode(['src/cli/main.ts', 'up'], repoDir, environment)
  const stack = {
    environment,
    async [Symbol.asyncDispose]() {
      keepLogs(state, repoDir)
      await runNode(['src/cli/main.ts', 'down', '--purge', '--yes'], repoDir, environment)
    },
  }
  if (code === 0) return stack
  await stack[Symbol.asyncDispose]()
  throw new CliError('the test stack did not start', { next: 'look into test-results/log' })
}

/** A run that was killed may have left its stack behind. */
async function removeLeftovers(repoDir: string): Promise<void> {
  for (const name of readdirSync(STATE_PARENT).filter((each) => each.startsWith(STATE_PREFIX))) {
    if (isProcessAlive(Number(name.slice(STATE_PREFIX.length)))) continue
    await runNode(['src/cli/main.ts', 'down', '--purge', '--yes'], repoDir, {
      MINIGRAM_STATE: join(STATE_PARENT, name),
    })
  }
}

/** Logs outlive the stack, so that a failure can be read. */
function keepLogs(state: string, repoDir: string): void {
  const kept = join(repoDir, 'test-results/log')
  rmSync(kept, { recursive: true, force: true })
  mkdirSync(join(repoDir, 'test-results'), { recursive: true })
  if (existsSync(join(state, 'log'))) cpSync(join(state, 'log'), kept, { recursive: true })
}
