import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Facts, judge } from './preflight.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'

const FINE: Facts = {
  architecture: 'x64',
  distribution: 'debian',
  version: '12',
  isRoot: true,
  diskFreeBytes: 10 * 1024 ** 3,
  memoryAvailableBytes: 4 * 1024 ** 3,
  isStackRunning: false,
  listeners: [],
  unreachableDirectory: null,
  stateDirKind: 'absent',
  settingsProblems: [],
}

function problems(facts: Partial<Facts>, settings: Partial<Settings> = {}) {
  return judge({ ...FINE, ...facts }, { ...DEFAULT_SETTINGS, ...settings }).filter((verdict) => !verdict.isGood)
}

test('a plain Debian machine with room passes', () => {
  assert.deepEqual(problems({}), [])
})

test('all problems are reported together', () => {
  const found = problems({ architecture: 'ia32', version: '11', diskFreeBytes: 0, memoryAvailableBytes: 0 })
  assert.deepEqual(
    found.map((problem) => problem.check),
    ['machine', 'system', 'disk', 'memory'],
  )
})

test('a taken port names its holder and a command that works', () => {
  const holder = { port: 80, pid: 4121, command: 'nginx', isOurs: false }
  const [problem] = problems({ listeners: [holder] })
  assert.equal(problem?.message, 'port 80 is in use (pid 4121 nginx)')
  assert.equal(problem?.next, 'MINIGRAM_PORT_OFFSET=20000 ./minigram up')
})

test('the suggested offset is one at which nothing listens', () => {
  const listeners = [80, 20_080, 26_301].map((port) => ({ port, pid: null, command: null, isOurs: false }))
  assert.match(problems({ listeners })[0]?.next ?? '', /MINIGRAM_PORT_OFFSET=21000 /)
})

test('our own ports are no problem, and a running stack needs no second helping of memory', () => {
  const listeners = [{ port: 80, pid: 1, command: 'nginx', isOurs: true }]
  assert.deepEqual(problems({ listeners, isStackRunning: true, memoryAvailableBytes: 0 }), [])
})

test('an offset on a port that browsers block, or above 32767, is refused', () => {
  assert.match(problems({}, { portOffset: 2000 })[0]?.message ?? '', /10080, which browsers block/)
  assert.match(problems({}, { portOffset: 30_000 })[0]?.message ?? '', /above 32767/)
})

test('a state directory that the servers cannot enter, or that is not ours, is refused', () => {
  assert.match(
    problems({ unreachableDirectory: { path: '/root', mode: '0700' } })[0]?.message ?? '',
    /cannot enter \/root/,
  )
  assert.match(problems({ stateDirKind: 'foreign' })[0]?.message ?? '', /not MiniGram's/)
  assert.match(problems({}, { stateDir: '/srv/a b' })[0]?.message ?? '', /not a plain absolute path/)
  assert.match(problems({}, { stateDir: `/srv/${'x'.repeat(90)}` })[0]?.message ?? '', /longer than 80/)
})
