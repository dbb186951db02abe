/** Where things stand in a stack's state directory. */
export interface StatePaths {
  state: string
  config: string
  secrets: string
  run: string
  log: string
  data: string
  media: string
  spool: string
  releases: string
  currentRelease: string
  packages: string
  supervisorSocket: string
  supervisorPid: string
  startedPrograms: string
  edgePurgeTargets: string
  lock: string
}

export function statePaths(stateDir: string): StatePaths {
  return {
    state: stateDir,
    config: `${stateDir}/config.json`,
    secrets: `${stateDir}/secrets`,
    run: `${stateDir}/run`,
    log: `${stateDir}/log`,
    data: `${stateDir}/data`,
    media: `${stateDir}/media`,
    spool: `${stateDir}/spool`,
    releases: `${stateDir}/release`,
    currentRelease: `${stateDir}/release/current`,
    packages: `${stateDir}/packages`,
    supervisorSocket: `${stateDir}/run/supervisor.sock`,
    supervisorPid: `${stateDir}/run/supervisord.pid`,
    startedPrograms: `${stateDir}/run/started.json`,
    // Which PoPs there are, for the worker (src/platform/edge-targets.ts).
    edgePurgeTargets: `${stateDir}/run/edge-purge-targets`,
    // Outside the state: it is taken before anything is written there, and outlives `down --purge`.
    lock: `/run/lock/minigram${stateDir.replaceAll('/', '-')}.lock`,
  }
}

/** `3` → `03`: how slot numbers are written in socket names. */
export function slotName(slot: number): string {
  return String(slot).padStart(2, '0')
}

/** Where app server `slot` listens. */
export function appSocket(paths: StatePaths, slot: number): string {
  return `${paths.run}/apps/app-${slotName(slot)}.sock`
}

/** Where PostgreSQL node `name` has its UNIX socket, which is named after its port. */
export function postgresSocketDirectory(paths: StatePaths, name: string): string {
  return `${paths.run}/${name}`
}

/** Where Redis listens beside its port; short, since these paths end at 107 bytes. */
export function redisSocket(paths: StatePaths, role: 'main' | 'cache'): string {
  return `${paths.run}/redis-${role}/sock`
}

/** What the load balancer connects to; there only while the app server may take traffic. */
export function slotSocket(paths: StatePaths, slot: number): string {
  return `${paths.run}/slots/app-${slotName(slot)}.sock`
}
