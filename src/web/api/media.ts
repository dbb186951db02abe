import { use } from 'react'
import type { WebConfig } from '../../contract/system.ts'

/** The server writes it into the public pages; elsewhere it is asked for as early as the script runs. Without an answer photos
 *  come from this origin: slower, never broken. */
const written = document.querySelector<HTMLMetaElement>('meta[name=edge-origin]')?.content
const asked: Promise<string> | undefined =
  written === undefined
    ? fetch('/config.json')
        .then(async (response) => (response.ok ? ((await response.json()) as WebConfig).edgeOrigin : ''))
        .catch(() => '')
    : undefined

/** Where media come from. Suspends until known. */
export function useEdgeOrigin(): string {
  return asked ? use(asked) : (written ?? '')
}
