import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_SETTINGS, readSettings, stateDirOf, storedSettings } from './settings.ts'

test('the environment wins over what the stack remembers, which wins over the defaults', () => {
  const { settings } = readSettings({ MINIGRAM_LB_BURST: '7' }, { portOffset: 20_000, lbBurst: 50 })
  assert.equal(settings.portOffset, 20_000)
  assert.equal(settings.lbBurst, 7)
  assert.equal(settings.lbRate, DEFAULT_SETTINGS.lbRate)
})

test('every bad value is reported, not only the first', () => {
  const { problems } = readSettings(
    { MINIGRAM_PORT_OFFSET: '2e4', MINIGRAM_PUBLIC_BIND: 'everywhere', MINIGRAM_LB_RATE: '10' },
    {},
  )
  assert.deepEqual(
    problems.map((problem) => problem.name),
    ['MINIGRAM_PORT_OFFSET', 'MINIGRAM_PUBLIC_BIND', 'MINIGRAM_LB_RATE'],
  )
})

test('the state directory loses trailing slashes and is not remembered in itself', () => {
  assert.equal(stateDirOf({ MINIGRAM_STATE: '/srv/mg//' }), '/srv/mg')
  assert.equal('stateDir' in storedSettings(DEFAULT_SETTINGS), false)
})
