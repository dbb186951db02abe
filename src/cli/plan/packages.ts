export type DebianMajor = 12 | 13

const COMMON = [
  'nginx-light',
  'libnginx-mod-http-brotli-static',
  'libnginx-mod-http-cache-purge',
  'varnish',
  'varnish-modules',
  'redis-server',
  'etcd-server',
  'etcd-client',
  'prometheus',
  'supervisor',
  'libheif-examples',
  'util-linux',
  'procps',
  'ca-certificates',
] as const

/** What trixie's Patroni 4 imports; on Debian 12 it runs unpacked, so that apt does not bring these by itself. */
const PATRONI_LIBRARIES = [
  'python3',
  'python3-etcd',
  'python3-psycopg2',
  'python3-click',
  'python3-dateutil',
  'python3-prettytable',
  'python3-psutil',
  'python3-urllib3',
  'python3-yaml',
  'python3-cdiff',
] as const

export const POSTGRES_MAJOR: Readonly<Record<DebianMajor, number>> = { 12: 15, 13: 17 }

/** Debian packages of the stack's servers. */
export function requiredPackages(debian: DebianMajor): string[] {
  const postgres = `postgresql-${POSTGRES_MAJOR[debian]}`
  return [...COMMON, postgres, ...(debian === 12 ? PATRONI_LIBRARIES : ['patroni'])]
}

/** Units that each package would start now and enable for the next boot. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  'nginx-light': ['nginx'],
  varnish: ['varnish', 'varnishncsa'],
  'redis-server': ['redis-server'],
  'postgresql-15': ['postgresql'],
  'postgresql-17': ['postgresql'],
  'etcd-server': ['etcd'],
  prometheus: ['prometheus'],
  supervisor: ['supervisor'],
  patroni: ['patroni'],
}

/** Services that installing `missing` must not enable. A package that is there already keeps its owner's choice. */
export function servicesToKeepOff(missing: readonly string[]): string[] {
  return [...new Set(missing.flatMap((name) => SERVICES[name] ?? []))].sort()
}

const PRESET_HEADER = [
  '# Written by MiniGram before it installed these servers: it runs its own copies, the distribution services stay off.',
  '# `systemctl enable NAME` still works; delete this file to have new installations enabled as usual.',
]

/** The preset file after `services` are added to what it holds already. */
export function presetFile(existing: string, services: readonly string[]): string {
  const held = existing.split('\n').filter((line) => line.startsWith('disable '))
  const lines = new Set([...held, ...services.map((service) => `disable ${service}.service`)])
  return [...PRESET_HEADER, ...[...lines].sort(), ''].join('\n')
}

/** createcluster.conf with no main cluster, or null when the file already says yes or no. */
export function createclusterFile(existing: string): string | null {
  if (/^\s*create_main_cluster\s*=/m.test(existing)) return null
  const separator = existing === '' || existing.endsWith('\n') ? '' : '\n'
  return `${existing}${separator}\n# MiniGram brings its own database nodes.\ncreate_main_cluster = false\n`
}

export function aptUpdateCommand(): string[] {
  return ['apt-get', '-q', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=180', 'update']
}

export function aptInstallCommand(names: readonly string[]): string[] {
  return [
    'apt-get',
    '-q',
    '-y',
    '--no-install-recommends',
    '-o',
    'Acquire::Retries=3',
    '-o',
    'DPkg::Lock::Timeout=180',
    '-o',
    'Dpkg::Options::=--force-confdef',
    '-o',
    'Dpkg::Options::=--force-confold',
    'install',
    ...names,
  ]
}

/** Names that no configured source offers, from apt-get's own words; empty when it failed for another reason. */
export function unlocatable(aptOutput: string): string[] {
  const patterns = [/Unable to locate package (\S+)/g, /Package '?([^\s']+)'? has no installation candidate/g]
  return [...new Set(patterns.flatMap((pattern) => [...aptOutput.matchAll(pattern)].map((match) => match[1] ?? '')))]
}
