import { shedClassOf, type DeclaredRoute } from './route-manifest.ts'
import type { ShedClass } from './shed-policy.ts'

export interface Classified {
  /** The route's pattern, for metrics. */
  url: string
  shedClass: ShedClass
}

/** What has been read of a path so far; which segments may follow. */
interface Step {
  outright: Map<string, Step>
  /** Any segment, as of `:id`. What stands around a parameter (`@:username`) is not looked at. */
  parameter: Step | null
  end: Classified | null
}

/** Finds a request's class before anything else of it is looked at. What is no route of ours is a read or a write like others. */
export function createShedClasses() {
  const roots = new Map<string, Step>()

  return {
    add({ method, url, manifest }: DeclaredRoute): void {
      for (const each of method.split(',')) {
        let step = roots.get(each)
        if (!step) roots.set(each, (step = newStep()))
        for (const segment of withoutSlashes(url).split('/')) step = next(step, segment)
        step.end ??= { url, shedClass: shedClassOf(manifest, each) }
      }
    },

    of(method: string, url: string): Classified {
      const root = roots.get(method)
      const end = url.indexOf('?')
      const path = withoutSlashes(end === -1 ? url : url.slice(0, end))
      return (root && find(root, path, 0)) ?? { url: 'unknown', shedClass: shedClassOf(null, method) }
    },
  }
}

export type ShedClasses = ReturnType<typeof createShedClasses>

function newStep(): Step {
  return { outright: new Map(), parameter: null, end: null }
}

function next(step: Step, segment: string): Step {
  if (segment.includes(':')) return (step.parameter ??= newStep())
  let known = step.outright.get(segment)
  if (!known) step.outright.set(segment, (known = newStep()))
  return known
}

/** As the router: what is said outright goes before a parameter. `path` from `start` on; past its end nothing is left of it. */
function find({ outright, parameter, end }: Step, path: string, start: number): Classified | null {
  if (start > path.length) return end
  const slash = path.indexOf('/', start)
  const after = slash === -1 ? path.length : slash
  const known = outright.get(path.slice(start, after))
  return (known && find(known, path, after + 1)) ?? (parameter && find(parameter, path, after + 1))
}

function withoutSlashes(path: string): string {
  const end = path.length > 1 && path.endsWith('/') ? -1 : undefined
  return path.slice(path.startsWith('/') ? 1 : 0, end)
}
