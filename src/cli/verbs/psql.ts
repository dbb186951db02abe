import { CliError, EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { usage } from '../flags.ts'
import { DATABASE_NODES, isDatabaseNode } from '../plan/components.ts'
import { handOver } from '../run/exec.ts'
import { psqlCommand } from '../run/psql.ts'
import { findPrimary } from '../run/stack.ts'
import { readSecret } from '../run/state.ts'
import { environmentValue } from '../../platform/config.ts'

export const psql: Verb = {
  usage: "[--node NAME] [-c SQL] [-- PSQL'S OWN OPTIONS]",
  about: 'Opens psql on the node that takes writes, as minigram_user.',
  flags: [
    { name: 'command', short: 'c', value: 'SQL', text: 'run one command and leave' },
    { name: 'node', value: 'NAME', text: 'pg1, pg2 or pg3 instead of the primary' },
  ],
  examples: [
    './minigram psql',
    "./minigram psql -c 'SELECT * FROM pg_stat_replication'",
    './minigram psql --node pg2 -- -At -c "SELECT pg_last_wal_replay_lsn()"',
  ],
  exitCodes: [
    [EXIT.ok, 'psql ended well (otherwise its own exit code)'],
    [EXIT.notRunning, 'no node takes writes'],
  ],
  run: runPsql,
}

async function runPsql(context: Context): Promise<number> {
  const { args, paths, settings } = context
  const asked = args.values.get('node')
  if (asked !== undefined && !isDatabaseNode(asked))
    throw usage('psql', `--node must be one of ${DATABASE_NODES.join(', ')}`)
  if (args.words.length > 0) throw usage('psql', `put psql's own words after --: ${args.words.join(' ')}`)
  const node = asked ?? (await findPrimary(settings))
  if (node === null) {
    throw new CliError('no database node takes writes', {
      next: commandFor(context, 'status'),
      exitCode: EXIT.notRunning,
    })
  }
  const sql = args.values.get('command')
  const words = [...(sql === undefined ? [] : ['-c', sql]), ...args.rest]
  const kept = ['HOME', 'TERM', 'PAGER', 'LESS', 'EDITOR', 'LANG', 'PSQLRC'].map((name) => [
    name,
    environmentValue(name),
  ])
  return handOver([...psqlCommand(settings, node, 'minigram_user', 'minigram'), ...words], {
    ...Object.fromEntries(kept),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    PGPASSWORD: readSecret(paths, 'postgres-app'),
    PGCONNECT_TIMEOUT: '5',
  })
}
