/** What `./minigram test` runs, in order: what is quick to fail comes first. */
export interface Check {
  name: string
  /** Arguments after the Node binary. */
  command: readonly string[]
}

export const CHECKS: readonly Check[] = [
  { name: 'types', command: ['node_modules/typescript/bin/tsc'] },
  { name: 'page types', command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.web.json'] },
  { name: 'lint', command: ['node_modules/oxlint/bin/oxlint', '--type-aware'] },
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
]

export interface Suite {
  name: 'unit' | 'browser' | 'stack' | 'full'
  about: string
  patterns: readonly string[]
  /** Runs against one stack that the verb starts and stops, instead of throwaway servers. */
  needsStack: boolean
  /** More than one where no file disturbs another: while one waits for an answer, another works. */
  filesAtOnce: number
}

export const SUITES: readonly Suite[] = [
  {
    name: 'unit',
    about: 'units, features over HTTP, safety',
    // In this order: what waits for servers to die and come back begins first, and the others fill its pauses.
    patterns: [
      'test/platform/*.test.ts',
      'src/**/*.test.ts',
      'db/**/*.test.ts',
      'load/**/*.test.ts',
      'test/safety/*.test.ts',
    ],
    needsStack: false,
    filesAtOnce: 2,
  },
  {
    name: 'browser',
    about: 'pages of a running stack, in a browser',
    patterns: ['test/browser/*.test.ts'],
    needsStack: true,
    filesAtOnce: 2,
  },
  {
    name: 'stack',
    about: 'journeys through a running stack, servers that come and go',
    patterns: ['test/stack/*.test.ts'],
    needsStack: true,
    filesAtOnce: 1,
  },
  {
    name: 'full',
    about: 'failures caused on purpose',
    patterns: ['test/full/*.test.ts'],
    needsStack: true,
    filesAtOnce: 1,
  },
]

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 }

export function add(one: Counts, other: Counts): Counts {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped }
}

/** The closing line that tools look for. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** The suites that run: all but `full` by default, `full` too when asked for, or the one that is named. */
export function chooseSuites(only: string | undefined, isFull: boolean): readonly Suite[] {
  if (only !== undefined) return SUITES.filter((suite) => suite.name === only)
  return SUITES.filter((suite) => isFull || suite.name !== 'full')
}

/** Reads what test/support/count-reporter.ts wrote. A run that wrote nothing has failed, whatever it printed. */
export function readCounts(text: string): Counts {
  const lines = text.split('\n').filter((line) => line.startsWith('{'))
  if (lines.length === 0) return { passed: 0, failed: 1, skipped: 0 }
  // Our own reporter's lines.
  return lines.map((line) => JSON.parse(line) as Counts).reduce(add, NONE)
}
