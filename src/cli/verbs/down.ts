import { existsSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { seconds } from '../print.ts'
import { handleInterruption } from '../run/interruption.ts'
import { takeLock } from '../run/lock.ts'
import { stateDirKind } from '../run/state.ts'
import { leftovers, orphans, stopSteps, sweepOrphans } from '../run/supervision.ts'
import { createSteps } from '../steps.ts'

export const down: Verb = {
  usage: '[--purge [--yes]]',
  about: 'Stops everything that `up` started, in order, without losing a write. Data stays for the next `up`.',
  flags: [
    { name: 'purge', text: 'delete the state too, photos and database included (backups stay)' },
    { name: 'yes', text: 'do not ask before purging' },
  ],
  examples: ['./minigram down', './minigram down --purge --yes'],
  exitCodes: [
    [EXIT.ok, 'nothing of the stack runs'],
    [EXIT.failed, 'something is left, named with the next command to type'],
    [EXIT.usage, 'a wrong option'],
  ],
  run: runDown,
}

async function runDown(context: Context): Promise<number> {
  const { args, paths, printer, settings } = context
  if (args.has('purge')) await confirmPurge(context)
  handleInterruption()
  using _lock = await takeLock(paths.lock, './minigram down')
  const steps = createSteps(printer)
  const planned = await stopSteps(context)
  for (const { name, work } of planned) {
    try {
      await steps.run(name, work, (detail) => detail)
    } catch (error) {
      // What does not stop in order is swept below.
      if (!(error instanceof CliError)) throw error
    }
  }
  if (orphans(context).length > 0)
    await steps.run(
      'sweep',
      async () => sweepOrphans(context),
      (count) => `${count} processes without a supervisor ended`,
    )
  const left = leftovers(context).filter((line) => planned.length > 0 || line.startsWith('pid'))
  if (left.length > 0) {
    throw new CliError(`still there: ${left.join(', ')}`, { next: commandFor(context, 'status') })
  }
  if (args.has('purge')) rmSync(settings.stateDir, { recursive: true, force: true })
  const what = steps.records.length === 0 ? 'nothing was running' : `stopped in ${seconds(steps.elapsedMs())}`
  printer.result(`  ${what}${args.has('purge') ? `, ${settings.stateDir} deleted` : ''}`)
  return EXIT.ok
}

async function confirmPurge({ args, paths, settings, isInteractive }: Context): Promise<void> {
  if (!existsSync(paths.state)) return
  if (stateDirKind(paths) === 'foreign')
    throw new CliError(`${paths.state} holds files that are not MiniGram's; not deleted`)
  if (`${settings.backupsDir}/`.startsWith(`${paths.state}/`)) {
    throw new CliError(`the backups stand inside ${paths.state}; not deleted`, {
      next: `move ${settings.backupsDir}, then ./minigram down --purge`,
    })
  }
  if (args.has('yes')) return
  if (!isInteractive)
    throw new CliError('--purge asks first, and there is no terminal to ask on', {
      next: './minigram down --purge --yes',
      exitCode: EXIT.usage,
    })
  const question = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await question.question(`Delete ${paths.state} with all its photos and accounts? Type yes: `)
  question.close()
  if (answer.trim() !== 'yes') throw new CliError('nothing was stopped or deleted')
}
