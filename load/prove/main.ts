import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createPrinter } from '../../src/cli/print.ts'
import { environmentValue, loadConfig } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { openServices } from '../../src/processes/services.ts'
import { compare } from './compare.ts'
import { REPO_DIRECTORY } from './facts.ts'
import { htmlReport } from './html/page.ts'
import { knownNames, unknownName } from './plan.ts'
import { prove } from './prove.ts'
import { EXIT_CODES, type ProveReport } from './report.ts'
import { loadScenarios } from './scenario-files.ts'
import { claimTable, closing, createProgress } from './terminal.ts'

// `./minigram prove` runs this file with the stack's environment; src/cli/verbs/prove.ts says what the options mean.

const USAGE_EXIT = 2
const INTERRUPTED_EXIT = 130
/** Ctrl-C on a terminal reaches us twice, from it and from the verb that started us: closer together than this they are one. */
const SAME_INTERRUPTION_MS = 500

const printer = createPrinter({
  stdout: process.stdout,
  stderr: process.stderr,
  noColor: environmentValue('NO_COLOR') !== undefined,
})
const stop = new AbortController()
let interruptedAtMs: number | null = null
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt)
process.exitCode = await main().catch((error: unknown) => {
  printer.progress(`minigram: ${error instanceof Error ? error.message : String(error)}`)
  return stop.signal.aborted ? INTERRUPTED_EXIT : EXIT_CODES.fail
})

async function main(): Promise<number> {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
      against: { type: 'string' },
      out: { type: 'string' },
      photos: { type: 'string' },
      scenarios: { type: 'string' },
      'no-seed': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const known = await loadScenarios(values.scenarios === undefined ? undefined : resolve(values.scenarios))
  const unknown = unknownName(known, names)
  if (unknown !== undefined) {
    const words = knownNames(known).join(' | ')
    printer.progress(`minigram: nothing to prove is called '${unknown}'   try: ./minigram prove ${words}`)
    return USAGE_EXIT
  }
  const old = values.against === undefined ? null : readReport(values.against)
  if (values.against !== undefined && old === null) {
    printer.progress(`minigram: ${values.against} is no prove.json of an earlier run   try: ls test-results/prove`)
    return USAGE_EXIT
  }
  const { config, secrets } = loadConfig()
  await using services = openServices(config, secrets, createLog('prove', 'silent'), { hasReaders: false })
  const report = await prove({
    services,
    known,
    names,
    isQuick: values.quick,
    isComparing: values.compare,
    isSeeding: !values['no-seed'],
    photosDirectory: values.photos,
    signal: stop.signal,
    progress: createProgress(printer),
    say: (line) => printer.progress(`  ${line}`),
  })
  const directory = resolve(values.out ?? join(REPO_DIRECTORY, 'test-results/prove', stampOf(report)))
  const files = { html: join(directory, 'prove.html'), json: join(directory, 'prove.json') }
  const comparison = old === null ? null : compare(old, report, basename(resolve(values.against ?? '', '..')))
  mkdirSync(directory, { recursive: true })
  writeFileSync(files.json, `${JSON.stringify(report, null, 1)}\n`)
  writeFileSync(files.html, htmlReport(report, comparison))
  const lines = [...claimTable(report.claims, printer.paint), ...closing(report, files), ...(comparison?.lines ?? [])]
  printer.result(values.json ? JSON.stringify(report) : lines.join('\n'))
  return stop.signal.aborted ? INTERRUPTED_EXIT : EXIT_CODES[report.verdict]
}

/** The first one ends the run with the report so far, a second one at once. */
function interrupt(): void {
  if (interruptedAtMs !== null) {
    if (performance.now() - interruptedAtMs > SAME_INTERRUPTION_MS) process.exit(INTERRUPTED_EXIT)
    return
  }
  interruptedAtMs = performance.now()
  printer.progress('  interrupted: putting the stack back in order; the report so far follows')
  stop.abort(new Error('interrupted'))
}

function readReport(path: string): ProveReport | null {
  try {
    // Written by an earlier run; its format number says so.
    const report = JSON.parse(readFileSync(path, 'utf8')) as ProveReport
    return report.format === 1 ? report : null
  } catch {
    return null
  }
}

/** `2026-11-25T09-40-12`, a folder name that sorts by time. */
function stampOf({ startedAt }: ProveReport): string {
  return startedAt.slice(0, 19).replaceAll(':', '-')
}
