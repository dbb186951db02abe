import { rgbaToDataURL, thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash'
import { placeholderPixels } from './placeholder-pixels.ts'

/** Decoded pictures of about 16 pixels a side, as data URLs; they stand in several lists. */
const decoded = new Map<string, string>()
const waiting: (() => void)[] = []

/** The mean colour at once: costs nothing. Undefined when the hash is not one. */
export function meanColour(thumbhash: string): string | undefined {
  try {
    const { r, g, b } = thumbHashToAverageRGBA(bytesOf(thumbhash))
    return `rgb(${[r, g, b].map((share) => Math.round(share * 255)).join(' ')})`
  } catch {
    return undefined
  }
}

/** The blurred picture as soon as the browser has nothing better to do, where it is still of use by then: twenty at once
 *  would hold up a phone. */
export function whenDecoded(thumbhash: string, isOfUse: () => boolean, use: (url: string) => void): () => void {
  const known = decoded.get(thumbhash)
  if (known) {
    use(known)
    return () => {}
  }
  const job = () => {
    if (!isOfUse()) return
    const url = decode(thumbhash)
    if (url) use(url)
  }
  waiting.push(job)
  if (waiting.length === 1) whenIdle(workOff)
  return () => {
    const at = waiting.indexOf(job)
    if (at >= 0) waiting.splice(at, 1)
  }
}

function workOff(): void {
  waiting.shift()?.()
  if (waiting.length > 0) whenIdle(workOff)
}

/** Safari knows no idle callbacks. */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 1000 })
  else setTimeout(work, 30)
}

function decode(thumbhash: string): string | undefined {
  try {
    const url = decoded.get(thumbhash) ?? draw(bytesOf(thumbhash))
    decoded.set(thumbhash, url)
    return url
  } catch {
    return undefined
  }
}

function draw(hash: Uint8Array): string {
  const hasTransparency = (hash[2] ?? 0) >> 7 === 1
  if (hasTransparency) return thumbHashToDataURL(hash)
  const { width, height, rgba } = placeholderPixels(hash)
  return rgbaToDataURL(width, height, rgba)
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}
