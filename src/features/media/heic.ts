import { spawn, type ChildProcess } from 'node:child_process'
import { access, mkdtemp, readdir, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import { enforceBounds, overrunError } from './process-bounds.ts'

const MIB = 1024 * 1024
/** 16 MP take 110 MiB with heif-convert and 330 MiB with the WASM decoder. */
const BOUNDS = { memoryBytes: 384 * MIB, seconds: 10 }
/** A child that outlives us ends by itself: CPU seconds, no core file, and address space where a decoder respects it. */
const LIMITS = [`--cpu=${BOUNDS.seconds + 2}`, '--core=0']
const NATIVE_COMMANDS = ['/usr/bin/heif-convert', '/usr/bin/heif-dec']

export interface Conversion {
  /** An upright JPEG, in a directory that only we can read; removed on disposal. It still has its metadata. */
  path: string
  [Symbol.asyncDispose]: () => Promise<void>
}

/** The first of Debian's decoders that this machine has; none means WASM, three times slower. */
export async function findHeifConvert(): Promise<string | undefined> {
  for (const command of NATIVE_COMMANDS) {
    if (
      await access(command).then(
        () => true,
        () => false,
      )
    )
      return command
  }
  return undefined
}

/** HEIC → JPEG, because the licence of HEVC keeps it out of sharp's libvips. Works beside `source`, inside the spool. */
export async function convertHeic(
  source: string,
  { page, command, log }: { page: number; command: string | undefined; log: Log },
): Promise<Conversion> {
  const directory = await mkdtemp(join(dirname(source), '.heic-'))
  const dispose = () => rm(directory, { recursive: true, force: true })
  try {
    const child = command
      ? start([`--as=${1024 * MIB}`], command, ['--quiet', '-q', '95', source, join(directory, 'out.jpg')])
      : start([], process.execPath, [
          '--max-old-space-size=128',
          WASM_PROCESS,
          source,
          join(directory, 'out.jpg'),
          `${page}`,
        ])
    await finish(child, log)
    return { path: await pickOutput(directory, page), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

const WASM_PROCESS = fileURLToPath(new URL('./heic-process.ts', import.meta.url))

function start(limits: string[], command: string, args: string[]): ChildProcess {
  return spawn('/usr/bin/prlimit', [...LIMITS, ...limits, '--', command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', MALLOC_ARENA_MAX: '2' },
  })
}

async function finish(child: ChildProcess, log: Log): Promise<void> {
  using watch = enforceBounds(child, BOUNDS)
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    if (complaint.length < 500) complaint += chunk.toString('latin1')
  })
  const [exitCode, signal] = await once(child, 'close')
  if (exitCode === 0) return
  log.info({ exitCode, signal, overrun: watch.overrun(), reason: complaint.slice(0, 500) }, 'HEIC refused')
  throw overrunError(watch.overrun()) ?? damaged()
}

/** A file of several images becomes out-1.jpg, out-2.jpg …, one of them the primary. */
async function pickOutput(directory: string, page: number): Promise<string> {
  const names = await readdir(directory)
  const name = ['out.jpg', `out-${page + 1}.jpg`, 'out-1.jpg'].find((candidate) => names.includes(candidate))
  if (!name) throw damaged()
  return join(directory, name)
}

function damaged(): AppError {
  return new AppError(
    'media.undecodable',
    'This HEIC picture is damaged or unusual. Export it as a JPEG and send that.',
  )
}
