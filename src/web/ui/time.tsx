import { useSyncExternalStore } from 'react'

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

let nowMs = Date.now()
const listeners = new Set<() => void>()
setInterval(() => {
  nowMs = Date.now()
  for (const listener of listeners) listener()
}, 30_000)

/** How long ago, short; the exact time as a tooltip. All of them on a page tick together. The tooltip is for a hand that moves:
 *  words that a scroll takes past a pointer at rest are entered too, and a first date in full costs a slow machine 100 ms. */
export function Ago({ at }: { at: string }) {
  const now = useSyncExternalStore(subscribe, () => nowMs)
  return (
    <time dateTime={at} onPointerMove={(event) => (event.currentTarget.title ||= new Date(at).toLocaleString())}>
      {ago(Date.parse(at), now)}
    </time>
  )
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function ago(atMs: number, now: number): string {
  const seconds = Math.max(0, (now - atMs) / 1000)
  if (seconds < MINUTE_S) return 'just now'
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h`
  if (seconds < 7 * DAY_S) return `${Math.floor(seconds / DAY_S)} d`
  const sameYear = new Date(atMs).getFullYear() === new Date(now).getFullYear()
  return dayFormat(sameYear).format(atMs)
}

const dayFormats = new Map<boolean, Intl.DateTimeFormat>()

/** Made once each, and not before one is needed: making one takes a phone several milliseconds. */
function dayFormat(isThisYear: boolean): Intl.DateTimeFormat {
  const known = dayFormats.get(isThisYear)
  if (known) return known
  const year = isThisYear ? undefined : 'numeric'
  const made = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year })
  dayFormats.set(isThisYear, made)
  return made
}
