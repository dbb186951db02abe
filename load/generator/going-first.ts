import { readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** People do not become slower when servers do: on a full machine their clock goes first. */
const NICENESS = -10
/** Linux shares a core out between sessions before it looks at niceness, which counts within one; absent where it does not. */
const AUTOGROUP = '/proc/self/autogroup'

/** The calling thread. Only root may say so; others go on as they are. */
export function threadGoesFirst(): void {
  attempt(() => setPriority(NICENESS))
}

/** The session of this process, until it is disposed of. Only root may say so here, too. */
export function sessionGoesFirst(): Disposable {
  const niceness = attempt(() => /nice (-?\d+)/.exec(readFileSync(AUTOGROUP, 'utf8'))?.[1])
  if (niceness !== undefined) attempt(() => writeFileSync(AUTOGROUP, String(NICENESS)))
  return {
    [Symbol.dispose]() {
      if (niceness !== undefined) attempt(() => writeFileSync(AUTOGROUP, niceness))
    },
  }
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
