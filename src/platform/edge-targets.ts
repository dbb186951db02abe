import { readFileSync } from 'node:fs'

/** The PoPs' purge listeners as they are now: `up --pops` rewrites the file, and no process has to start anew for it. */
export function edgeTargets({ fixed, file }: { fixed: readonly string[] | null; file: string }): () => string[] {
  return () => (fixed ? [...fixed] : readFileSync(file, 'utf8').split('\n').filter(Boolean))
}
