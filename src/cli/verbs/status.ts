import { EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { addresses } from '../plan/addresses.ts'
import { statusExitCode, type StatusRow } from '../plan/status.ts'
import { mebibytes, table } from '../print.ts'
import { survey, type Survey } from '../run/survey.ts'

export const status: Verb = {
  usage: '[--json]',
  about:
    'Shows every process with its role, health and proportional memory, and where to find the stack. Asks each one itself.',
  flags: [{ name: 'json', text: 'a list of {component, name, role, pid, port, healthy, memoryBytes}' }],
  examples: ['./minigram status', './minigram status --json | jq'],
  exitCodes: [
    [EXIT.ok, 'all healthy'],
    [EXIT.failed, 'something is broken'],
    [EXIT.notRunning, 'nothing runs'],
  ],
  run: runStatus,
}

async function runStatus(context: Context): Promise<number> {
  const { args, printer, settings, paths } = context
  const found = await survey(settings, paths)
  const code = statusExitCode(found.rows, found.orphans.length)
  if (args.has('json')) printer.result(JSON.stringify(found.rows, null, 2))
  else if (code === EXIT.notRunning) printer.result(`not running   try: ${commandFor(context, 'up')}`)
  else for (const line of describe(context, found)) printer.result(line)
  return code
}

function describe(context: Context, { rows, members, isSupervised, inRotation, orphans }: Survey): string[] {
  const { printer, settings } = context
  const header = ['name', 'role', 'state', 'pid', 'port', 'memory', 'lag']
  const lagOf = (row: StatusRow): string => {
    const member = members.find((each) => each.name === row.name)
    return row.role === 'replica' && typeof member?.lagBytes === 'number' ? `${member.lagBytes} B` : ''
  }
  const cells = rows.map((row) => [
    row.name,
    row.role ?? '',
    row.healthy ? 'healthy' : row.pid === null ? 'down' : 'failing',
    row.pid === null ? '' : String(row.pid),
    row.port === null ? '' : String(row.port),
    row.memoryBytes === 0 ? '' : mebibytes(row.memoryBytes),
    lagOf(row),
  ])
  const lines = table([header, ...cells], [3, 4, 5, 6]).map((line, index) => {
    if (index === 0) return printer.paint('dim', line)
    return rows[index - 1]?.healthy ? line : printer.paint('red', line)
  })
  const total = rows.reduce((sum, row) => sum + row.memoryBytes, 0)
  const urls = addresses(settings.portOffset)
  const troubles = [
    ...(isSupervised ? [] : ['no supervisor is running']),
    ...(orphans.length === 0
      ? []
      : [
          `${orphans.length} processes that nobody looks after: ${orphans
            .map((each) => `${each.command} ${each.pid}`)
            .slice(0, 6)
            .join(', ')}`,
        ]),
  ]
  return [
    ...lines,
    '',
    `total ${mebibytes(total)}   ${urls.web}   photos ${urls.edge}   nginx ${urls.nginxStatus}   metrics ${urls.prometheus}`,
    `app servers ${inRotation} of ${settings.apps} take requests   ${commandFor(context, 'scale app=N')} changes how many`,
    ...troubles.map((trouble) => printer.paint('red', `${trouble}   try: ${commandFor(context, 'up')}`)),
  ]
}
