import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

interface Lockfile {
  packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>
}

const LOCK = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as Lockfile // @NOTE npm's own format

test('the lockfile names the packages of other platforms too, without which `npm ci` refuses it', () => {
  // npm leaves out those that its registry does not offer at the time.
  const missing = Object.entries(LOCK.packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !LOCK.packages[`node_modules/${name}`] && !LOCK.packages[`${path}/node_modules/${name}`],
    ),
  )
  assert.deepEqual(missing, [])
})

test('the lockfile names no registry', () => {
  assert.deepEqual(
    Object.entries(LOCK.packages).filter(([, entry]) => entry.resolved !== undefined),
    [],
  )
})
