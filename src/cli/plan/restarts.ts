import type { ComponentName, Program } from './components.ts'

/** What a running program was started from. A program is restarted when the wanted one differs. */
export type Fingerprints = Readonly<Record<string, string>>

/** Content hashes of one release: the node programs share one, each server has its folder under deploy/. */
export interface ReleaseHashes {
  server: string
  deploy: Readonly<Record<string, string>>
}

const NODE_COMPONENTS: ReadonlySet<ComponentName> = new Set(['app', 'worker', 'watcher'])

/** The fingerprint with which each program of `release` is to run. */
export function fingerprints(programs: readonly Program[], release: ReleaseHashes): Fingerprints {
  return Object.fromEntries(
    programs.map(({ name, component }) => {
      const folder = release.deploy[component] ?? 'none'
      return [name, NODE_COMPONENTS.has(component) ? `${release.server}-${folder}` : folder]
    }),
  )
}

export interface RunningProgram {
  name: string
  isRunning: boolean
}

export interface RestartPlan {
  start: string[]
  /** One at a time, in this order: app servers last of the node programs, the database's primary last of all. */
  restart: string[]
  stop: string[]
}

/** What brings the programs that run to `wanted`; empty lists when everything stands as it should. */
export function planRestarts(
  running: readonly RunningProgram[],
  wanted: readonly Program[],
  startedFrom: Fingerprints,
  startFrom: Fingerprints,
  primary: string | null,
): RestartPlan {
  const isUp = new Set(running.filter((each) => each.isRunning).map((each) => each.name))
  const wantedNames = new Set(wanted.map((each) => each.name))
  const changed = wanted.filter(({ name }) => isUp.has(name) && startedFrom[name] !== startFrom[name])
  const rank = ({ name, component }: Program): number =>
    component === 'postgres' ? (name === primary ? 3 : 2) : component === 'app' ? 1 : 0
  return {
    start: wanted.filter(({ name }) => !isUp.has(name)).map((each) => each.name),
    restart: changed.sort((a, b) => rank(a) - rank(b)).map((each) => each.name),
    stop: running.filter((each) => each.isRunning && !wantedNames.has(each.name)).map((each) => each.name),
  }
}
