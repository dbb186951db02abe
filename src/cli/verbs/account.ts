import { EXIT } from '../cli-error.ts'
import type { Context, Verb } from '../context.ts'
import { usage } from '../flags.ts'
import { addresses } from '../plan/addresses.ts'
import { withAccountOperations } from '../run/account-operations.ts'

export const account: Verb = {
  usage: 'reset NAME [--origin URL]',
  about:
    'Prints a link that sets a new password once, within an hour, for somebody who forgot theirs. No mail is sent: hand it over.',
  flags: [
    { name: 'origin', value: 'URL', text: 'what the link begins with, where people reach the stack by another name' },
  ],
  examples: ['./minigram account reset ann', './minigram account reset ann --origin https://photos.example.org'],
  exitCodes: [
    [EXIT.ok, 'the link is on stdout'],
    [EXIT.failed, 'nobody has that name'],
    [EXIT.usage, 'no name or a wrong option'],
    [EXIT.notRunning, 'no node takes writes'],
  ],
  run: runAccount,
}

async function runAccount(context: Context): Promise<number> {
  const { args, printer, settings } = context
  const [action, name, ...others] = args.words
  if (action !== 'reset' || name === undefined || others.length > 0) throw usage('account', 'say: account reset NAME')
  const origin = originOf(args.values.get('origin') ?? addresses(settings.portOffset).web)
  const token = await withAccountOperations(context, ({ makeReset }) => makeReset(name))
  // Behind the hash, which browsers send to no server and servers write to no log.
  printer.result(`${origin}/reset#${token}`)
  printer.progress('it works once, within an hour')
  return EXIT.ok
}

function originOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null
  if (!url || !/^https?:$/.test(url.protocol)) throw usage('account', `--origin ${given} is not a web address`)
  return url.origin
}
