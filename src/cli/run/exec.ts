import { spawn } from 'node:child_process'
import { CliError } from '../cli-error.ts'
import { endWithUs } from './interruption.ts'

export interface Finished {
  code: number
  stdout: string
  stderr: string
}

export interface ExecOptions {
  env?: Readonly<Record<string, string | undefined>>
  /** With the caller's whole environment (proxies, certificates): for apt, npm and Vite. */
  isEnvironmentInherited?: boolean
  cwd?: string
  timeoutSeconds?: number
  /** The reason stands in the first lines that it writes, not in the last (for `execOrFail`). */
  saysWhyFirst?: boolean
  uid?: number
  gid?: number
}

const PLAIN_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  HOME: '/',
}

/** Runs `command` without a shell and never rejects for its exit code; 127 when it cannot be started, 124 on time-out. */
export async function exec(command: readonly string[], options: ExecOptions = {}): Promise<Finished> {
  const [file = '', ...args] = command
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...(options.isEnvironmentInherited ? {} : { env: { ...(options.env ?? PLAIN_ENVIRONMENT) } }),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    })
    endWithUs(child)
    let stdout = ''
    let stderr = ''
    let isLate = false
    const timer = setTimeout(
      () => {
        isLate = true
        child.kill('SIGKILL')
      },
      (options.timeoutSeconds ?? 60) * 1000,
    )
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, stdout, stderr: error.message })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: isLate ? 124 : (code ?? 128), stdout, stderr })
    })
  })
}

/** As `exec`, for commands that must succeed. @throws CliError with the last lines that the command wrote. */
export async function execOrFail(
  what: string,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<Finished> {
  const finished = await exec(command, options)
  if (finished.code === 0) return finished
  const reason = finished.code === 124 ? `no end after ${options.timeoutSeconds ?? 60} s` : `exit code ${finished.code}`
  const detail = options.saysWhyFirst
    ? firstLines(finished.stderr, 6)
    : lastLines(`${finished.stdout}\n${finished.stderr}`, 8)
  throw new CliError(`${what} failed (${reason})`, { detail })
}

function firstLines(text: string, count: number): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count)
}

export function lastLines(text: string, count: number): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
}

function ignore(): void {}

/** Gives the terminal to `command` and answers with its exit code. */
export async function handOver(
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env: { ...env }, stdio: 'inherit' })
  // @NOTE the terminal sends Ctrl-C to both: it is the child's to answer
  process.on('SIGINT', ignore)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? 128))
    })
  } finally {
    process.off('SIGINT', ignore)
  }
}
