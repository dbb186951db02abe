import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
/** A feature may import only services of features further left; the last group stands side by side. */
const FEATURE_ORDER = [
  'system',
  'media',
  'accounts',
  'photos',
  'likes',
  'comments',
  'follows',
  'feed',
  'explore',
  'search',
  'counters',
  'pages',
  'moderation',
  'export',
]

interface Import {
  file: string
  target: string
}

function importsBelow(pattern: string): Import[] {
  return globSync(pattern, { cwd: ROOT }).flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8')
    return [...source.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, specifier = '']) => ({
      file,
      target: relative(ROOT, join(ROOT, dirname(file), specifier)),
    }))
  })
}

const isTest = (file: string) => file.endsWith('.test.ts')
const featureOf = (file: string) => /^src\/features\/(\w+)\//.exec(file)?.[1]

test('a feature imports only services of features to its left', () => {
  const wrong = importsBelow('src/features/**/*.ts').filter(({ file, target }) => {
    const [from, to] = [featureOf(file), featureOf(target)]
    if (isTest(file) || !from || !to || from === to) return false
    return !target.endsWith('.service.ts') || FEATURE_ORDER.indexOf(to) >= FEATURE_ORDER.indexOf(from)
  })
  assert.deepEqual(wrong, [])
})

test('every feature has its place in the order', () => {
  const folders = new Set(globSync('src/features/*/*.ts', { cwd: ROOT }).map((file) => featureOf(file)))
  assert.deepEqual(
    [...folders].filter((folder) => !FEATURE_ORDER.includes(folder ?? '')),
    [],
  )
})

test('folders import one way only', () => {
  const allowed: Record<string, readonly string[]> = {
    contract: ['contract'],
    platform: ['platform', 'contract', 'db'],
    features: ['features', 'platform', 'contract', 'db'],
    fleet: ['fleet', 'platform', 'contract'],
    web: ['web', 'contract'],
    processes: ['processes', 'features', 'fleet', 'platform', 'contract'],
    // The composition of services, so that a verb acts as the processes do.
    cli: ['cli', 'processes', 'fleet', 'features', 'platform', 'contract', 'db'],
  }
  const room = (path: string) => (path.startsWith('src/') ? path.split('/')[1] : path.split('/')[0]) ?? ''
  const wrong = importsBelow('src/**/*.{ts,tsx}').filter(
    ({ file, target }) => !isTest(file) && !allowed[room(file)]?.includes(room(target)),
  )
  assert.deepEqual(wrong, [])
})

test('SQL stands in query files only', () => {
  const wrong = globSync('src/features/**/*.ts', { cwd: ROOT }).filter((file) => {
    if (isTest(file) || file.endsWith('.queries.ts')) return false
    const source = readFileSync(join(ROOT, file), 'utf8')
    return /from 'kysely'|\.(selectFrom|insertInto|deleteFrom|updateTable)\(/.test(source)
  })
  assert.deepEqual(wrong, [])
})

test('the environment is read in one file', () => {
  const readers = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).filter(
    (file) => !isTest(file) && /process\.env\b/.test(readFileSync(join(ROOT, file), 'utf8')),
  )
  assert.deepEqual(readers, ['src/platform/config.ts'])
})

test('no file is named so that nobody knows what is in it', () => {
  const vague = globSync('{src,db,test,load,deploy}/**/*', { cwd: ROOT }).filter(
    (file) =>
      /(^|\/)(index\.tsx?|utils?|helpers?|common|shared|types|models|interfaces)(\/|\.tsx?$|$)/.test(file) &&
      !file.startsWith('src/contract/'),
  )
  assert.deepEqual(vague, [])
})
