import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'
import { createLog } from '../../platform/log.ts'
import { createImageWorker } from './image-worker.ts'
import { createMedia } from './media.service.ts'
import { enforceBounds, overrunError } from './process-bounds.ts'

const log = createLog('test', 'silent')
const base = await mkdtemp(join(tmpdir(), 'minigram-images-'))
after(() => rm(base, { recursive: true }))
const path = join(base, 'picture')
await writeFile(
  path,
  await sharp({ create: { width: 6000, height: 6000, channels: 3, background: '#567' } })
    .png()
    .toBuffer(),
)
const source = { path, isUpright: false }

async function until<T>(look: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const found = look()
    if (found) return found
    assert.ok(Date.now() < deadline, 'waited for 20 s')
    await pause(5)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('a picture survives one death of the image process and is blamed for two', async () => {
  await using worker = createImageWorker({ log })
  const killOne = async (not?: number) => {
    const pid = await until(() => worker.pid() !== not && worker.pid())
    process.kill(pid, 'SIGKILL')
    return pid
  }
  const survived = worker.ask('inspect', source)
  await killOne()
  assert.equal((await survived).width, 6000)
  const blamed = worker.ask('inspect', source)
  const first = await killOne()
  await Promise.all([assert.rejects(blamed, { code: 'media.undecodable' }), killOne(first)])
  assert.equal((await worker.ask('inspect', source)).width, 6000)
})

test('an image process that dies at rest is replaced, and an idle one leaves', async () => {
  await using worker = createImageWorker({ log, idleMs: 100 })
  await worker.ask('describe', source)
  const pid = worker.pid() ?? 0
  process.kill(pid, 'SIGKILL')
  assert.equal((await worker.ask('describe', source)).width, 6000)
  const next = await until(() => worker.pid())
  assert.notEqual(next, pid)
  await until(() => !worker.pid() && !isAlive(next))
})

test('an image process does not outlive a killed parent', async () => {
  const program = `
    import { createImageWorker } from ${JSON.stringify(join(import.meta.dirname, 'image-worker.ts'))}
    const worker = createImageWorker({ log: { info() {}, warn() {} } })
    await worker.ask('describe', ${JSON.stringify(source)})
    console.log(worker.pid())
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  assert.ok(isAlive(pid))
  parent.kill('SIGKILL')
  await until(() => !isAlive(pid))
})

test('an image process stands back as told, and so does its session where Linux looks at that first', async () => {
  await using worker = createImageWorker({ log, niceness: 7 })
  await worker.ask('inspect', source)
  const pid = worker.pid() ?? assert.fail()
  const niceness = Math.min(19, getPriority() + 7)
  assert.equal(getPriority(pid), niceness)
  // Empty or absent where a process of a session of its own has no share of its own.
  const share = existsSync(`/proc/${pid}/autogroup`) ? readFileSync(`/proc/${pid}/autogroup`, 'utf8') : ''
  if (share !== '') assert.match(share, new RegExp(`nice ${niceness}$`, 'm'))
})

test('when too many pictures wait, the next is turned away', async () => {
  await mkdir(join(base, 'media'))
  await using media = createMedia({ mediaDirectory: join(base, 'media'), log, maxWaiting: 2 })
  const accepted = [1, 2, 3].map(() => media.inspect(path))
  await assert.rejects(media.inspect(path), { code: 'media.busy', status: 503 })
  assert.equal((await Promise.all(accepted)).length, 3)
  assert.equal((await media.inspect(path)).width, 6000)
})

function run(program: string) {
  return spawn(process.execPath, ['-e', program], { stdio: 'ignore' })
}

test('a process that takes too long or too much is ended', async () => {
  const slow = run('for (;;);')
  using slowWatch = enforceBounds(slow, { seconds: 0.3, memoryBytes: 2 ** 40 })
  const greedy = run('const kept = []; setInterval(() => kept.push(Buffer.alloc(5e6, 1)), 5)')
  using greedyWatch = enforceBounds(greedy, { seconds: 30, memoryBytes: 150 * 2 ** 20 })
  await Promise.all([once(slow, 'exit'), once(greedy, 'exit')])
  assert.deepEqual([slowWatch.overrun(), greedyWatch.overrun()], ['time', 'memory'])
  assert.ok(greedyWatch.peakBytes() < 200 * 2 ** 20)
  assert.deepEqual([overrunError('time')?.code, overrunError('memory')?.status], ['media.too_slow', 422])
})
