import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { overview } from './help.ts'
import { VERBS } from './verbs.ts'

const REPO = join(import.meta.dirname, '../..')

test('the launcher lists the verbs without node, from anywhere, through symlinks', (t) => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'launcher-'))
  copyFileSync(join(REPO, 'minigram'), join(elsewhere, 'minigram'))
  symlinkSync('minigram', join(elsewhere, 'mg'))
  const { stdout, status } = spawnSync('sh', [join(elsewhere, 'mg')], {
    encoding: 'utf8',
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  })
  assert.equal(status, 0)
  assert.equal(stdout.trimEnd(), overview(VERBS))
  t.diagnostic(`${VERBS.length} verbs`)
})

test('every verb explains itself, and an unknown one exits with 2', () => {
  for (const { name } of VERBS) {
    const { stdout, status } = spawnSync(join(REPO, 'minigram'), [name, '--help'], { encoding: 'utf8' })
    assert.equal(status, 0, name)
    for (const part of [`usage: ./minigram ${name}`, 'examples:', 'exit codes:'])
      assert.ok(stdout.includes(part), `${name}: ${part}`)
  }
  const wrong = spawnSync(join(REPO, 'minigram'), ['staus'], { encoding: 'utf8' })
  assert.equal(wrong.status, 2)
  assert.equal(wrong.stdout, '')
  assert.match(wrong.stderr, /^minigram: unknown verb 'staus'; did you mean status\?/m)
})

test('verbs that need root are the same for the launcher and the table', () => {
  const inLauncher = /^ {2}up \|[^)]*/m.exec(
    spawnSync('cat', [join(REPO, 'minigram')], { encoding: 'utf8' }).stdout,
  )?.[0]
  const names = inLauncher?.split('|').map((name) => name.trim())
  assert.deepEqual(
    names,
    VERBS.filter((verb) => verb.needsRoot).map((verb) => verb.name),
  )
})
