import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'

const START_UP = new URL('start-up.ts', import.meta.url)

/** A process that starts as an app server does, and is killed as soon as it says that it is ready. @returns what it said of its cache */
async function killedWhenReady(t: TestContext, directory: string): Promise<string> {
  const child = spawn(process.execPath, [join(directory, 'server.mjs')], {
    env: { NODE_COMPILE_CACHE: join(directory, 'cache'), NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
  })
  t.after(() => child.kill('SIGKILL'))
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  for await (const line of createInterface(child.stdout)) if (line === 'ready') child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL', told)
  return told
}

test('what a killed server has compiled serves the next one, which optimizes sooner from the same moment', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'start-up-'))
  t.after(() => rmSync(directory, { recursive: true }))
  writeFileSync(
    join(directory, 'server.mjs'),
    `import { keepCompiledCode, optimizeSoon } from ${JSON.stringify(START_UP.href)}
     keepCompiledCode()
     optimizeSoon()
     console.log('ready')
     setInterval(() => undefined, 1_000)`,
  )
  const accepted = (told: string) =>
    told.split('\n').filter((line) => /server\.mjs|start-up\.ts/.test(line) && / accepted/.test(line))
  assert.deepEqual(accepted(await killedWhenReady(t, directory)), [])
  const second = await killedWhenReady(t, directory)
  assert.equal(accepted(second).length, 2, second)
})
