import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/** After a third of V8's usual calls: an app server is young more often than it is old (docs/tuning.md). */
const OPTIMIZE_SOON = [
  '--invocation-count-for-maglev=100',
  '--invocation-count-for-turbofan=1000',
  '--minimum-invocations-after-ic-update=100',
]

/** Called once, when everything is loaded. Whoever is killed has no later occasion to leave to the next process what was compiled. */
export function keepCompiledCode(): void {
  flushCompileCache()
}

/** From here on. While a process starts, most of what runs often never runs again: optimizing it too takes longer than it saves. */
export function optimizeSoon(): void {
  for (const flag of OPTIMIZE_SOON) setFlagsFromString(flag)
}
