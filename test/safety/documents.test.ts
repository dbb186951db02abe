import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ERRORS } from '../../src/contract/errors.ts'
import { VERBS } from '../../src/cli/verbs.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: ROOT })]

test('docs/errors.md lists the errors that the code knows, with the same status and title', () => {
  const listed = [...read('docs/errors.md').matchAll(/^\| `([\w.]+)`\s+\| (\d+)\s+\| (.+?)\s+\|/gm)].map(
    ([, code, status, title]) => `${code} ${status} ${title}`,
  )
  const known = Object.entries(ERRORS).map(([code, [status, title]]) => `${code} ${status} ${title}`)
  assert.deepEqual(listed.toSorted(), known.toSorted())
})

test('every error is thrown somewhere', () => {
  const source =
    globSync('src/{platform,features,processes}/**/*.ts', { cwd: ROOT }).map(read).join('\n') +
    read('deploy/lb/nginx.conf.tmpl')
  assert.deepEqual(
    Object.keys(ERRORS).filter((code) => !source.includes(code)),
    [],
  )
})

test('every command in the documents is a verb or a script', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
  const unknown = DOCUMENTS.flatMap((file) => {
    const text = read(file)
    const verbs = [...text.matchAll(/\.\/minigram ([a-z][a-z-]*)/g)]
      .map(([, verb = '']) => verb)
      .filter((verb) => !VERBS.some(({ name }) => name === verb))
    const runs = [...text.matchAll(/npm run ([\w:-]+)/g)]
      .map(([, script = '']) => script)
      .filter((script) => !scripts.includes(script))
    return [...verbs, ...runs].map((command) => `${file}: ${command}`)
  })
  assert.deepEqual(unknown, [])
})

test('every file that a document links to exists', () => {
  const missing = DOCUMENTS.flatMap((file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) => link)
    return links.filter((link) => !existsSync(join(ROOT, file, '..', link))).map((link) => `${file}: ${link}`)
  })
  assert.deepEqual(missing, [])
})

test('every path in the README’s table exists', () => {
  const named = [...read('README.md').matchAll(/^\|[^|]+\|(.+)\|$/gm)].flatMap(([, cell = '']) => [
    ...cell.matchAll(/`((?:src|db|deploy|load|docs|test)\/[^`<*]*)`/g),
  ])
  assert.deepEqual(
    named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path))),
    [],
  )
})

test('the lockfile pins every package by its hash', () => {
  const { packages } = JSON.parse(read('package-lock.json'))
  const entries = Object.entries<{ integrity?: string; optional?: boolean; os?: string[] }>(packages)
  // Builds for other platforms, which the registry may not offer: npm installs none of them where we run.
  const isForeign = ({ optional, os }: { optional?: boolean; os?: string[] }) => optional === true && os !== undefined
  const unpinned = entries
    .filter(([name, entry]) => name !== '' && !entry.integrity && !isForeign(entry))
    .map(([name]) => name)
  assert.deepEqual(unpinned, [])
})

test('every supervised program has its run script', () => {
  const commands = [...read('deploy/native/supervisord.conf').matchAll(/deploy\/([\w-]+)\/run/g)].map(
    ([, component = '']) => component,
  )
  assert.ok(commands.length > 5)
  assert.deepEqual(
    commands.filter((component) => !existsSync(join(ROOT, 'deploy', component, 'run'))),
    [],
  )
})
