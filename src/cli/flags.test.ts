import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliError } from './cli-error.ts'
import { integerFlag, parseArguments } from './flags.ts'

const FLAGS = [
  { name: 'lines', short: 'n', value: 'N', text: '' },
  { name: 'follow', short: 'f', text: '' },
]

test('words, switches, values and what stands behind --', () => {
  const given = parseArguments('logs', ['app1', '-f', '--lines=5', '--', '-x', '--follow'], FLAGS)
  assert.deepEqual(given.words, ['app1'])
  assert.ok(given.has('follow'))
  assert.equal(integerFlag('logs', given, 'lines', 20, 0, 100), 5)
  assert.deepEqual(given.rest, ['-x', '--follow'])
})

test('an unknown option exits with 2 and names the nearest one', () => {
  assert.throws(
    () => parseArguments('logs', ['--folow'], FLAGS),
    (error) => error instanceof CliError && error.exitCode === 2 && /did you mean --follow/.test(error.message),
  )
})

test('a value out of range, or absent, is a wrong use', () => {
  assert.throws(() => parseArguments('logs', ['-n'], FLAGS), /needs a value/)
  const given = parseArguments('logs', ['-n', '1e3'], FLAGS)
  assert.throws(() => integerFlag('logs', given, 'lines', 20, 0, 100), /from 0 to 100/)
})
