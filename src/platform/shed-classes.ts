import { shedClassOf, type DeclaredRoute } from './route-manifest.ts'
import type { ShedClass } from './shed-policy.ts'

interface Pattern {
  url: string
  /** Null: any segment, as of `:id`. What stands around a parameter (`@:username`) is not looked at. */
  segments: readonly (string | null)[]
  shedClass: ShedClass
}

export interface Classified {
  /** The route's pattern, for metrics. */
  url: string
  shedClass: ShedClass
}

/** Finds a request's class before anything else of it is looked at. What is no route of ours is a read or a write like others. */
export function createShedClasses() {
  const patterns = new Map<string, Pattern[]>()
  const keyOf = (method: string, segments: readonly unknown[]) => `${method} ${segments.length}`

  return {
    add({ method, url, manifest }: DeclaredRoute): void {
      const segments = segmentsOf(url).map((segment) => (segment.includes(':') ? null : segment))
      for (const each of method.split(',')) {
        const key = keyOf(each, segments)
        patterns.set(key, [...(patterns.get(key) ?? []), { url, segments, shedClass: shedClassOf(manifest, each) }])
      }
    },

    of(method: string, url: string): Classified {
      const end = url.indexOf('?')
      const asked = segmentsOf(end === -1 ? url : url.slice(0, end))
      const fitting = (patterns.get(keyOf(method, asked)) ?? []).filter(({ segments }) =>
        segments.every((segment, index) => segment === null || segment === asked[index]),
      )
      // As the router: what is said outright goes before a parameter.
      return fitting.find(({ segments }) => !segments.includes(null)) ?? fitting[0] ?? unknownOf(method)
    },
  }
}

export type ShedClasses = ReturnType<typeof createShedClasses>

function segmentsOf(path: string): string[] {
  return path.replace(/^\/|\/$/g, '').split('/')
}

function unknownOf(method: string): Classified {
  return { url: 'unknown', shedClass: shedClassOf(null, method) }
}
