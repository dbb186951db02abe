import { EXIT } from '../cli-error.ts'
import type { Context, Verb } from '../context.ts'
import { usage } from '../flags.ts'
import { add, CHECKS, chooseSuites, closingLine, NONE, SUITES, type Counts } from '../plan/test-plan.ts'
import { stepLine } from '../print.ts'
import { readOsRelease } from '../run/facts.ts'
import { handleInterruption, interruption } from '../run/interruption.ts'
import { installPackages } from '../run/packages.ts'
import { listeningSockets } from '../run/processes.ts'
import { runNode, runSuite, startTestStack } from '../run/test-run.ts'

export const test: Verb = {
  usage: '[--full] [--only SUITE]',
  about:
    'Runs every check and test; the stack tests get a stack of their own, which is stopped again whatever happens.',
  flags: [
    { name: 'full', text: 'also the heavy suite: failures caused on purpose' },
    { name: 'only', value: 'SUITE', text: `one suite: checks, ${SUITES.map(({ name }) => name).join(', ')}` },
  ],
  examples: ['./minigram test', './minigram test --only unit', './minigram test --full'],
  exitCodes: [
    [EXIT.ok, 'everything passed'],
    [EXIT.failed, 'something failed; the last line counts'],
  ],
  run: runTests,
}

/** Beyond the servers: the browser, and fonts so that screenshots look like a person's screen. */
const TEST_PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji', 'shellcheck']

async function runTests(context: Context): Promise<number> {
  const { args, printer, repoDir } = context
  const only = args.values.get('only')
  if (only !== undefined && only !== 'checks' && !SUITES.some(({ name }) => name === only)) {
    throw usage('test', `there is no suite '${only}'`)
  }
  handleInterruption()
  await installPackages(readOsRelease().get('VERSION_ID') === '13' ? 13 : 12, TEST_PACKAGES)
  const startedAt = performance.now()
  let counts: Counts = NONE
  const note = (name: string, result: Counts, from: number) => {
    counts = add(counts, result)
    printer.progress(stepLine(name, closingLine(result), performance.now() - from))
  }
  if (only === undefined || only === 'checks') {
    // Side by side: the longest of them uses one core.
    await Promise.all(
      CHECKS.map(async ({ name, command }) => {
        const from = performance.now()
        const code = await runNode(command, repoDir)
        note(name, code === 0 ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 }, from)
      }),
    )
  }
  const suites = chooseSuites(only, args.has('full'))
  for (const suite of suites.filter(({ needsStack }) => !needsStack)) {
    interruption.throwIfAborted()
    const from = performance.now()
    note(suite.name, await runSuite(suite, repoDir, {}), from)
  }
  const onStack = suites.filter(({ needsStack }) => needsStack)
  if (onStack.length > 0) {
    interruption.throwIfAborted()
    await using stack = await startTestStack(repoDir, new Set(listeningSockets().keys()))
    for (const suite of onStack) {
      interruption.throwIfAborted()
      const from = performance.now()
      note(suite.name, await runSuite(suite, repoDir, stack.environment), from)
    }
  }
  printer.progress(stepLine('all', '', performance.now() - startedAt))
  printer.result(closingLine(counts))
  return counts.failed === 0 ? EXIT.ok : EXIT.failed
}
