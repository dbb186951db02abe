import { use } from 'react'
import type { WebConfig } from '../../contract/system.ts'
import type { PhotoCard, Rendition } from '../../contract/photos.ts'

/** Asked once, as early as the script runs. Without an answer photos come from this origin: slower, never broken. */
const edgeOrigin: Promise<string> = fetch('/config.json')
  .then(async (response) => (response.ok ? ((await response.json()) as WebConfig).edgeOrigin : ''))
  .catch(() => '')

/** Where media come from. Suspends until known. */
export function useEdgeOrigin(): string {
  return use(edgeOrigin)
}

/** `srcset` of one format; a narrower picture keeps its own width under a wider name, so such doubles are left out. */
export function srcSet(photo: PhotoCard, format: Rendition['format'], origin: string): string {
  const byWidth = new Map<number, string>()
  for (const rendition of photo.renditions) {
    if (rendition.format !== format) continue
    const width = Math.min(rendition.width, photo.width)
    if (!byWidth.has(width)) byWidth.set(width, `${origin}${rendition.path} ${width}w`)
  }
  return [...byWidth.values()].join(', ')
}

/** The plain `src`: the middle JPEG, for browsers that know no srcset and for saving a copy. */
export function fallbackSrc(photo: PhotoCard, origin: string): string | undefined {
  const jpegs = photo.renditions.filter((rendition) => rendition.format === 'jpeg')
  const path = (jpegs[Math.floor(jpegs.length / 2)] ?? photo.renditions[0])?.path
  return path && origin + path
}
