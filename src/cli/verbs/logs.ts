import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { integerFlag, usage } from '../flags.ts'
import { allPrograms } from '../plan/components.ts'
import { nearest } from '../plan/suggest.ts'
import { endWithUs, handleInterruption } from '../run/interruption.ts'

export const logs: Verb = {
  usage: '[COMPONENT…] [-n N] [-f]',
  about: 'Shows the last lines of each log; a component (app) stands for all of its programs (app1 app2 app3).',
  flags: [
    { name: 'follow', short: 'f', text: 'go on as lines arrive, until Ctrl-C' },
    { name: 'lines', short: 'n', value: 'N', text: 'lines of each log to begin with (20)' },
  ],
  examples: ['./minigram logs', './minigram logs app -f', './minigram logs pg1 pg2 -n 100'],
  exitCodes: [
    [EXIT.ok, 'shown'],
    [EXIT.usage, 'no such component'],
    [EXIT.notRunning, 'there are no logs yet'],
  ],
  run: runLogs,
}

async function runLogs(context: Context): Promise<number> {
  const { args, paths, printer } = context
  const count = integerFlag('logs', args, 'lines', 20, 0, 1_000_000)
  const present = existsSync(paths.log)
    ? readdirSync(paths.log)
        .filter((name) => name.endsWith('.log'))
        .map((name) => name.slice(0, -4))
        .sort()
    : []
  if (present.length === 0) {
    throw new CliError(`no logs in ${paths.log}`, { next: commandFor(context, 'up'), exitCode: EXIT.notRunning })
  }
  const names = args.words.length === 0 ? present : args.words.flatMap((word) => expand(word, present))
  const width = Math.max(...names.map((name) => name.length))
  const isFollowing = args.has('follow')
  handleInterruption()
  const one = async (name: string): Promise<void> => {
    const prefix = names.length > 1 ? `${printer.paint('dim', `${name.padEnd(width)} |`)} ` : ''
    await tail(`${paths.log}/${name}.log`, count, isFollowing, (line) => printer.result(`${prefix}${line}`))
  }
  if (isFollowing) await Promise.all(names.map(one))
  else for (const name of names) await one(name)
  return EXIT.ok
}

function expand(word: string, present: readonly string[]): string[] {
  const known = allPrograms()
  const names = present.filter(
    (name) => name === word || known.some((each) => each.name === name && each.component === word),
  )
  if (names.length > 0) return names
  const guess = nearest(word, [...present, ...known.map((each) => each.component)])
  throw usage(
    'logs',
    `no log of '${word}'${guess === null ? `; there are ${present.join(' ')}` : `; did you mean ${guess}?`}`,
  )
}

async function tail(path: string, count: number, isFollowing: boolean, print: (line: string) => void): Promise<void> {
  const child = spawn('tail', ['-n', String(count), ...(isFollowing ? ['-F'] : []), path], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  endWithUs(child)
  for await (const line of createInterface({ input: child.stdout })) print(line)
}
