import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentValue } from '../platform/config.ts'
import { CliError, EXIT } from './cli-error.ts'
import { parseArguments } from './flags.ts'
import { overview, verbHelp } from './help.ts'
import { statePaths } from './plan/paths.ts'
import { readSettings, SETTING_NAMES, stateDirOf } from './plan/settings.ts'
import { nearest } from './plan/suggest.ts'
import { createPrinter, type Printer } from './print.ts'
import { readStored } from './run/state.ts'
import { VERBS } from './verbs.ts'

async function main(argv: readonly string[], printer: Printer): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    printer.result(overview(VERBS))
    return EXIT.ok
  }
  const entry = VERBS.find((verb) => verb.name === name)
  if (!entry) {
    const guess = nearest(
      name,
      VERBS.map((verb) => verb.name),
    )
    const message = `unknown verb '${name}'${guess === null ? '' : `; did you mean ${guess}?`}`
    throw new CliError(message, { exitCode: EXIT.usage, next: './minigram --help' })
  }
  const verb = await entry.load()
  const args = parseArguments(name, rest, [...verb.flags, { name: 'help', short: 'h', text: '' }])
  if (args.has('help')) {
    printer.result(verbHelp(name, verb))
    return EXIT.ok
  }
  if (entry.needsRoot && process.getuid?.() !== 0)
    throw new CliError(`${name} needs root`, { next: `sudo ./minigram ${argv.join(' ')}` })
  const environment = Object.fromEntries(SETTING_NAMES.map((each) => [each, environmentValue(each)]))
  const paths = statePaths(stateDirOf(environment))
  const { settings, problems } = readSettings(environment, readStored(paths))
  return verb.run({
    args,
    printer,
    settings,
    settingsProblems: problems,
    paths,
    repoDir: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
  })
}

function report(error: unknown, printer: Printer): number {
  const isDebugging = environmentValue('MINIGRAM_DEBUG') !== undefined
  if (isDebugging) console.error(error)
  if (error instanceof CliError) {
    if (error.isPrinted) return error.exitCode
    const next = error.next === undefined ? '' : `   try: ${error.next}`
    printer.progress(`minigram: ${error.message}${next}`)
    for (const line of error.detail) printer.progress(printer.paint('dim', `  ${line}`))
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && (error.name === 'AbortError' || message === 'interrupted')) {
    printer.progress('minigram: interrupted   try: ./minigram up')
    return EXIT.interrupted
  }
  printer.progress(`minigram: unexpected: ${message}${isDebugging ? '' : '   try: MINIGRAM_DEBUG=1 ./minigram …'}`)
  return EXIT.failed
}

const printer = createPrinter({
  stdout: process.stdout,
  stderr: process.stderr,
  noColor: environmentValue('NO_COLOR') !== undefined,
})
// `minigram logs | head` ends the reader first; that is no error.
process.stdout.on('error', () => process.exit(EXIT.ok))
try {
  process.exitCode = await main(process.argv.slice(2), printer)
} catch (error) {
  process.exitCode = report(error, printer)
}
// A lock's pipe or a child's may still be open; the answer has been given.
process.exit()
