import { EXIT } from '../cli-error.ts'
import { commandFor, type Context, type Verb } from '../context.ts'
import { judge, type Verdict } from '../plan/preflight.ts'
import { requiredPackages } from '../plan/packages.ts'
import { statusExitCode } from '../plan/status.ts'
import { problemLine } from '../print.ts'
import { exec } from '../run/exec.ts'
import { gatherFacts, readOsRelease } from '../run/facts.ts'
import { missingPackages } from '../run/packages.ts'
import { currentRelease } from '../run/release.ts'
import { survey } from '../run/survey.ts'

export const doctor: Verb = {
  usage: '[--json]',
  about: 'Checks the machine and the stack, changes nothing, and says what to do next.',
  flags: [{ name: 'json', text: 'print checks, versions and the next step as JSON' }],
  examples: ['./minigram doctor'],
  exitCodes: [
    [EXIT.ok, 'nothing stands in the way'],
    [EXIT.failed, 'a check failed'],
  ],
  run: runDoctor,
}

async function runDoctor(context: Context): Promise<number> {
  const { args, printer, settings, settingsProblems, paths } = context
  const checks = [...judge(gatherFacts(settings, settingsProblems), settings), await judgePackages()]
  const versions = await readVersions()
  const found = await survey(settings, paths)
  const state = { 0: 'healthy', 3: 'not running' }[statusExitCode(found.rows, found.orphans.length)] ?? 'degraded'
  const hasFailed = checks.some((check) => !check.isGood)
  const release = currentRelease(paths)
  const next = hasFailed ? null : state === 'healthy' ? commandFor(context, 'status') : commandFor(context, 'up')
  if (args.has('json')) {
    printer.result(
      JSON.stringify({ checks, versions, stack: { state, release, stateDir: settings.stateDir }, next }, null, 2),
    )
    return hasFailed ? EXIT.failed : EXIT.ok
  }
  for (const check of checks) {
    const mark = check.isGood ? check.message : `${printer.paint('red', 'failed')}: ${check.message}`
    printer.result(problemLine(check.check, mark, check.isGood ? undefined : check.next))
  }
  printer.result(problemLine('stack', `${state}${release === null ? '' : `, release ${release}`}`))
  for (const [name, version] of Object.entries(versions)) printer.result(problemLine(name, version ?? 'not installed'))
  if (next !== null) printer.result(problemLine('next', next))
  return hasFailed ? EXIT.failed : EXIT.ok
}

async function judgePackages(): Promise<Verdict> {
  const missing = await missingPackages(requiredPackages(readOsRelease().get('VERSION_ID') === '13' ? 13 : 12))
  const message = missing.length === 0 ? 'all installed' : `\`up\` will install ${missing.join(' ')}`
  return { check: 'packages', isGood: true, message }
}

const VERSION_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  nginx: ['nginx', '-v'],
  varnish: ['varnishd', '-V'],
  redis: ['redis-server', '--version'],
  etcd: ['etcd', '--version'],
  prometheus: ['prometheus', '--version'],
  supervisor: ['supervisord', '--version'],
}

async function readVersions(): Promise<Record<string, string | null>> {
  const asked = await Promise.all(
    Object.entries(VERSION_COMMANDS).map(async ([name, command]) => {
      const { code, stdout, stderr } = await exec(command, { timeoutSeconds: 5 })
      return [name, code === 0 ? (/\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0] ?? null) : null] as const
    }),
  )
  return { node: process.version.slice(1), ...Object.fromEntries(asked) }
}
