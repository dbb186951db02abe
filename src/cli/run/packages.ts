import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { CliError } from '../cli-error.ts'
import {
  aptInstallCommand,
  aptUpdateCommand,
  createclusterFile,
  type DebianMajor,
  presetFile,
  requiredPackages,
  servicesToKeepOff,
  unlocatable,
} from '../plan/packages.ts'
import { exec, execOrFail, lastLines } from './exec.ts'
import { writeWhole } from './state.ts'

const POLICY = '/usr/sbin/policy-rc.d'
const POLICY_KEPT = '/usr/sbin/policy-rc.d.minigram-kept'
const OUR_POLICY =
  '#!/bin/sh\n# Written by MiniGram while it installs packages: nothing is started. Removed when it has finished.\nexit 101\n'
const PRESET = '/etc/systemd/system-preset/80-minigram.preset'
const CREATECLUSTER = '/etc/postgresql-common/createcluster.conf'

export async function missingPackages(names: readonly string[]): Promise<string[]> {
  const { stdout } = await exec(['dpkg-query', '--show', '--showformat', '${Package} ${db:Status-Status}\n', ...names])
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return names.filter((name) => !installed.has(name))
}

/** Installs what is missing of the stack's packages. The distribution's own services are neither started nor enabled,
 *  and what runs already is left alone. @returns the names that were installed. */
export async function installPackages(debian: DebianMajor, extra: readonly string[] = []): Promise<string[]> {
  restorePolicy() // a run that was killed may have left it
  const missing = await missingPackages([...requiredPackages(debian), ...extra])
  if (missing.length === 0) return []
  const apt = createApt()
  await mendInterrupted()
  keepServicesOff(missing)
  using _policy = await forbidStarts()
  if (missing.some((name) => name.startsWith('postgresql-'))) {
    if ((await missingPackages(['postgresql-common'])).length > 0) await apt.install(['postgresql-common'], debian)
    const conf = createclusterFile(existsSync(CREATECLUSTER) ? readFileSync(CREATECLUSTER, 'utf8') : '')
    if (conf !== null) writeWhole(CREATECLUSTER, conf, 0o644)
  }
  await apt.install(missing, debian)
  await disableServices(servicesToKeepOff(missing))
  return missing
}

function createApt() {
  let needsLists = !hasLists()
  async function update(): Promise<void> {
    const { code, stdout, stderr } = await aptRun(aptUpdateCommand(), 300)
    if (code !== 0)
      throw new CliError('apt-get update failed: no package source can be read', {
        next: 'sudo apt-get update',
        detail: lastLines(stdout + stderr, 4),
      })
    needsLists = false
  }
  async function install(names: readonly string[], debian: DebianMajor): Promise<void> {
    if (needsLists) await update()
    let finished = await aptRun(aptInstallCommand(names), 900)
    if (finished.code !== 0) {
      await update()
      finished = await aptRun(aptInstallCommand(names), 900)
    }
    if (finished.code === 0) return
    const absent = unlocatable(finished.stdout + finished.stderr)
    if (absent.length > 0) {
      const release = debian === 12 ? 'bookworm' : 'trixie'
      throw new CliError(`no package source offers ${absent.join(' ')}`, {
        next: `add Debian's \`${release} main\` to /etc/apt/sources.list, then ./minigram up`,
      })
    }
    throw new CliError(`apt-get install failed (exit code ${finished.code})`, {
      next: `sudo apt-get install ${names.join(' ')}`,
      detail: lastLines(finished.stdout + finished.stderr, 6),
    })
  }
  return { install }
}

async function aptRun(command: readonly string[], timeoutSeconds: number) {
  return exec(['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C', ...command], {
    isEnvironmentInherited: true,
    timeoutSeconds,
  })
}

/** An empty machine image has no lists at all; lists that are merely old are found out by a failing install. */
function hasLists(): boolean {
  const directory = '/var/lib/apt/lists'
  return (
    existsSync(directory) &&
    readdirSync(directory).some((name) => name.endsWith('_Packages') || name.includes('_Packages.'))
  )
}

/** A package half configured by an interrupted run would fail the next install. */
async function mendInterrupted(): Promise<void> {
  const { stdout } = await exec(['dpkg', '--audit'])
  if (stdout.trim() === '') return
  using _policy = await forbidStarts()
  await execOrFail(
    'dpkg --configure',
    ['env', 'DEBIAN_FRONTEND=noninteractive', 'dpkg', '--configure', '-a', '--force-confold'],
    { timeoutSeconds: 300 },
  )
}

function keepServicesOff(missing: readonly string[]): void {
  const services = servicesToKeepOff(missing)
  if (services.length === 0) return
  mkdirSync('/etc/systemd/system-preset', { recursive: true })
  writeWhole(PRESET, presetFile(existsSync(PRESET) ? readFileSync(PRESET, 'utf8') : '', services), 0o644)
}

/** Presets are systemctl's to honour: where systemd is not installed, packages leave their links for the day it is. What
 *  they made is in deb-systemd-helper's notes; a link that is gone counts as its owner's choice from then on. */
async function disableServices(services: readonly string[]): Promise<void> {
  if (existsSync('/usr/bin/systemctl')) return
  for (const service of services) {
    const notes = `/var/lib/systemd/deb-systemd-helper-enabled/${service}.service.dsh-also`
    const links = existsSync(notes) ? readFileSync(notes, 'utf8').split('\n') : []
    for (const link of links) if (link.startsWith('/etc/systemd/system/')) rmSync(link, { force: true })
    await exec(['update-rc.d', service, 'disable'])
  }
}

/** While it lasts, package scripts start nothing. A policy of the machine's own that forbids starts already is used as it
 *  is; one that permits them is put aside and comes back byte for byte, also when this process is killed and runs again. */
async function forbidStarts(): Promise<Disposable> {
  if (existsSync(POLICY)) {
    const { code } = await exec([POLICY, 'nginx', 'start'])
    if (code === 101) return { [Symbol.dispose]: () => undefined }
    renameSync(POLICY, POLICY_KEPT)
  }
  writeFileSync(POLICY, OUR_POLICY, { mode: 0o755 })
  chmodSync(POLICY, 0o755)
  process.on('exit', restorePolicy)
  return {
    [Symbol.dispose]() {
      process.off('exit', restorePolicy)
      restorePolicy()
    },
  }
}

function restorePolicy(): void {
  if (existsSync(POLICY) && readFileSync(POLICY, 'utf8') === OUR_POLICY) rmSync(POLICY)
  if (existsSync(POLICY_KEPT)) renameSync(POLICY_KEPT, POLICY)
}
