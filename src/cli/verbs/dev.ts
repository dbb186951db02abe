import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { portOf } from '../../platform/ports.ts'
import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { devCommands, type DevCommand } from '../plan/dev.ts'
import { stackEnvironment } from '../plan/environment.ts'
import { endChildren, endWithUs, handleInterruption, interruption } from '../run/interruption.ts'
import { supervisorPid, unreachableDirectory } from '../run/state.ts'
import { findUser } from '../run/user.ts'

export const dev: Verb = {
  usage: '',
  about:
    "Runs one app server, one worker and the web UI from the checkout, restarted as files change, on the running stack's databases.",
  flags: [],
  examples: ['./minigram up && ./minigram dev'],
  exitCodes: [
    [EXIT.ok, 'ended by Ctrl-C'],
    [EXIT.notRunning, 'the stack does not run'],
  ],
  run: runDev,
}

async function runDev(context: Context): Promise<number> {
  const { settings, paths, repoDir, printer } = context
  if (supervisorPid(paths) === null) {
    throw new CliError('the stack does not run', { next: commandFor(context, 'up'), exitCode: EXIT.notRunning })
  }
  handleInterruption()
  const owner = findUser(settings.user)
  // Files that root makes the stack's own worker could not delete; a checkout that only root can enter leaves no choice.
  const ids = owner !== null && unreachableDirectory(`${repoDir}/src`, owner) === null ? owner : {}
  const environment = { ...stackEnvironment({ ...settings, nodeBinary: process.execPath }), MINIGRAM_RELEASE: repoDir }
  printer.progress(
    `  web UI     http://localhost:${5173 + settings.portOffset}   API http://localhost:${3000 + settings.portOffset}`,
  )
  printer.progress(
    `  metrics    http://localhost:${portOf('appMetrics', settings.portOffset)}/metrics   Ctrl-C ends all three`,
  )
  const commands = devCommands(settings.portOffset)
  const width = Math.max(...commands.map((each) => each.name.length))

  let isEnding = false

  async function run({ name, args, env, isOfStack }: DevCommand): Promise<void> {
    const child = spawn(process.execPath, args, {
      cwd: repoDir,
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(isOfStack ? ids : {}),
    })
    endWithUs(child)
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) =>
        printer.result(`${printer.paint('dim', `${name.padEnd(width)} |`)} ${line}`),
      )
    const [code] = (await once(child, 'close')) as [number | null] // @NOTE the event's documented arguments
    // One that ends takes the others with it.
    endChildren()
    const isFirst = !isEnding
    isEnding = true
    if (isFirst && !interruption.aborted) throw new CliError(`${name} ended (exit code ${code ?? 'by a signal'})`)
  }
  const ends = await Promise.allSettled(commands.map(run))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
  return EXIT.ok
}
