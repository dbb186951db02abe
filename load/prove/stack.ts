import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { StatusRow } from '../../src/cli/plan/status.ts'
import { REPO_DIRECTORY } from './facts.ts'

/** `./minigram` with these words, against the stack at hand. Progress of the command is passed on line by line. */
export function minigram(
  words: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(REPO_DIRECTORY, 'src/cli/main.ts'), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.trim() !== '') onLine(line.trim())
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 128, stdout }))
  })
}

/** Every process of the stack, as `./minigram status` tells. */
export async function stackRows(): Promise<StatusRow[]> {
  // The documented answer of `status --json`.
  return JSON.parse((await minigram(['status', '--json'])).stdout) as StatusRow[]
}

/** What is different from before, in words; a suite leaves the stack as it found it. */
export function differences(before: readonly StatusRow[], after: readonly StatusRow[]): string[] {
  const lines = after.flatMap((row) => {
    const was = before.find(({ name }) => name === row.name)
    if (!was || was.healthy === row.healthy) return was ? [] : [`${row.name} runs and did not before`]
    return [row.healthy ? `${row.name} is healthy and was not before` : `${row.name} is not healthy any more`]
  })
  const gone = before.filter(({ name }) => !after.some((row) => row.name === name))
  return [...lines, ...gone.map(({ name }) => `${name} is gone`)]
}
