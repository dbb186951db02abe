import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CliError } from '../cli-error.ts'

export interface Lock extends Disposable {
  readonly path: string
}

/** Holds `path` until disposed or until this process ends, however it ends: the kernel's lock is held by a child that
 *  lives as long as our end of its pipe. @throws CliError naming the holder when another one has it. */
export async function takeLock(path: string, what: string): Promise<Lock> {
  mkdirSync(dirname(path), { recursive: true })
  // `detached`: Ctrl-C reaches us, and the lock stays until we have cleaned up.
  const child = spawn('flock', ['--nonblock', '--conflict-exit-code', '9', path, 'sh', '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const held = await new Promise<boolean>((resolve, reject) => {
    child.on('error', reject)
    child.stdout.once('data', () => resolve(true))
    child.on('close', () => resolve(false))
  })
  if (!held) {
    const holder = readHolder(path)
    throw new CliError(`another minigram command is at work on this stack${holder}`, {
      next: `wait for it, then ${what}`,
    })
  }
  writeFileSync(path, `${process.pid}\n`)
  child.unref()
  child.stdin.on('error', () => undefined)
  return { path, [Symbol.dispose]: () => void child.stdin.end() }
}

function readHolder(path: string): string {
  const pid = /^\d+/.exec(readFileSync(path, 'utf8'))?.[0]
  return pid === undefined ? '' : ` (pid ${pid})`
}
