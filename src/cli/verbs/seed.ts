import { readFileSync } from 'node:fs'
import { parseEdges, type EdgeList } from '../../../db/seeds/edge-list.ts'
import { usualPhotoCount } from '../../../db/seeds/photos.ts'
import { picturesIn, type PictureSource } from '../../../db/seeds/picture-sources.ts'
import { DISTINCT_AVATARS_MAX, seedStack, type SeedOptions, type SeedSummary } from '../../../db/seeds/seed.ts'
import { SEED_PASSWORD } from '../../../db/seeds/write-people.ts'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { integerFlag, usage } from '../flags.ts'
import { addresses } from '../plan/addresses.ts'
import { problemLine, seconds } from '../print.ts'
import { handleInterruption, interruption } from '../run/interruption.ts'
import { takeLock } from '../run/lock.ts'
import { onPrimary, phasesOf, sameCommand } from '../run/seeding.ts'
import { findPrimary } from '../run/stack.ts'
import { createSteps, type Steps } from '../steps.ts'
import { LARGE_GB, LARGE_MINUTES, runLarge } from './seed-large.ts'

const PEOPLE_MAX = 300_000
const PHOTOS_MAX = 2_000_000
const PEOPLE_USUALLY = 100

export const seed: Verb = {
  usage: '[--people N] [--graph EDGES] [--photos DIR] [--photos-count M] [--seed S] [--large [--scale X]] [--json]',
  about:
    'Fills the running stack with people who follow each other, photos, likes and comments. Run again, it adds only what is missing.',
  flags: [
    { name: 'people', value: 'N', text: `how many, 1 to ${PEOPLE_MAX} (those of the graph, or ${PEOPLE_USUALLY})` },
    { name: 'graph', value: 'EDGES', text: 'file of lines `a b`: a and b follow each other (otherwise generated)' },
    {
      name: 'photos',
      value: 'DIR',
      text: 'directory of pictures to post (otherwise generated); at most 60 are rendered',
    },
    { name: 'photos-count', value: 'M', text: `how many photos, 0 to ${PHOTOS_MAX} (about three a person)` },
    { name: 'seed', value: 'S', text: 'another word is another crowd, beside the first (1)' },
    {
      name: 'large',
      text: `a million photos, 100,000 people, ten million follows: about ${LARGE_MINUTES} minutes on 2 cores, ${LARGE_GB} GB`,
    },
    { name: 'scale', value: 'X', text: 'a share of --large, 0.001 to 1 (1)' },
    { name: 'json', text: 'print the summary as JSON' },
  ],
  examples: [
    './minigram seed',
    './minigram seed --large --scale 0.1',
    './minigram seed --people 500 --photos ~/Pictures',
    './minigram seed --people 962 --graph friends.edges --photos-count 3000',
  ],
  exitCodes: [
    [EXIT.ok, 'all of it is there'],
    [EXIT.failed, 'a problem, named with the next command to type'],
    [EXIT.usage, 'a wrong option or a file that cannot be used'],
    [EXIT.notRunning, 'no stack is running'],
  ],
  run: runSeed,
}

async function runSeed(context: Context): Promise<number> {
  const { args, printer, settings } = context
  if (args.words.length > 0) throw usage('seed', `nothing is expected here: ${args.words.join(' ')}`)
  if (args.has('large')) return runLarge(context)
  if (args.has('scale')) throw usage('seed', '--scale is for --large')
  const graph = args.values.get('graph')
  const edges = graph === undefined ? null : readGraph(graph)
  const people = integerFlag('seed', args, 'people', edges?.nodeCount ?? PEOPLE_USUALLY, 1, PEOPLE_MAX)
  const photos = integerFlag('seed', args, 'photos-count', usualPhotoCount(people), 0, PHOTOS_MAX)
  const directory = args.values.get('photos')
  const pictures = directory === undefined ? null : readDirectory(directory)
  if ((await findPrimary(settings)) === null) {
    throw new CliError('no stack is running here', { next: commandFor(context, 'up'), exitCode: EXIT.notRunning })
  }

  handleInterruption()
  using _lock = await takeLock(context.paths.lock, commandFor(context, sameCommand(context)))
  const steps = createSteps(printer)
  const name = args.values.get('seed') ?? '1'
  const summary = await fill(context, {
    seed: name,
    people,
    edges,
    photos,
    pictures,
    avatars: DISTINCT_AVATARS_MAX,
    phase: phasesOf(steps),
  })
  for (const line of summary.refused) printer.progress(problemLine('left out', line))
  if (args.has('json')) {
    const elapsedMs = Math.round(steps.elapsedMs())
    printer.result(JSON.stringify({ ...summary, password: SEED_PASSWORD, seed: name, elapsedMs, steps: steps.records }))
  } else summarise(context, summary, steps)
  return EXIT.ok
}

async function fill(
  context: Context,
  wishes: Omit<SeedOptions, 'postgres' | 'mediaDirectory' | 'spoolDirectory' | 'log' | 'signal'>,
) {
  return onPrimary(context, ({ config, postgres, log }) =>
    seedStack({ ...wishes, ...config, postgres, log, signal: interruption }),
  )
}

function summarise(context: Context, summary: SeedSummary, steps: Steps): void {
  const { printer, settings } = context
  const lines = (['people', 'follows', 'photos', 'likes', 'comments'] as const).map((kind) => {
    const { total } = summary[kind]
    return `${total.toLocaleString('en')} ${kind}`
  })
  printer.result(`  ${printer.paint('green', 'seeded')} in ${seconds(steps.elapsedMs())}   ${lines.join(', ')}\n`)
  printer.result(
    problemLine('sign in', `${summary.signIn.join(', ')}   password ${SEED_PASSWORD} (every seeded account has it)`),
  )
  printer.result(problemLine('web', addresses(settings.portOffset).web))
}

function readGraph(path: string): EdgeList {
  const text = reading(path, () => readFileSync(path, 'utf8'))
  try {
    return parseEdges(text)
  } catch (error) {
    throw usage('seed', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readDirectory(path: string): PictureSource[] {
  const sources = reading(path, () => picturesIn(path))
  if (sources.length === 0) throw usage('seed', `${path} holds no files`)
  return sources
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is no directory',
  EISDIR: 'is a directory, not a file',
  EACCES: 'may not be read',
}

function reading<Result>(path: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw usage('seed', `${path} ${REASONS[code] ?? `cannot be read (${code})`}`)
  }
}
