import { EXIT } from '../cli-error.ts'
import type { Context, Verb } from '../context.ts'
import { usage } from '../flags.ts'
import { withAccountOperations } from '../run/account-operations.ts'

export const operator: Verb = {
  usage: 'NAME [--revoke] [--json]',
  about:
    'Makes an account an operator, who sees what was reported (/ops), may hide and delete photos and comments of others, and suspend accounts; at once, also where it is signed in.',
  flags: [
    { name: 'revoke', text: 'make it an ordinary member again' },
    { name: 'json', text: 'print {username, role}' },
  ],
  examples: ['./minigram operator ann', './minigram operator ann --revoke'],
  exitCodes: [
    [EXIT.ok, 'the account has that role'],
    [EXIT.failed, 'nobody has that name'],
    [EXIT.usage, 'no name or a wrong option'],
    [EXIT.notRunning, 'no node takes writes'],
  ],
  run: runOperator,
}

async function runOperator(context: Context): Promise<number> {
  const { args, printer } = context
  const [name, ...others] = args.words
  if (name === undefined || others.length > 0) throw usage('operator', 'give one username')
  const wanted = args.has('revoke') ? 'member' : 'operator'
  const { username, role } = await withAccountOperations(context, ({ setRole }) => setRole(name, wanted))
  printer.result(
    args.has('json')
      ? JSON.stringify({ username, role })
      : `${username} is ${role === 'operator' ? 'an operator' : 'a member'} now`,
  )
  return EXIT.ok
}
