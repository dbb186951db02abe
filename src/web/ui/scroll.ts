/** Keeps one scroll offset per history entry, so that coming back finds the place again. The browser's own restoration
 *  runs before a page that is drawn by script has its height. */
const STORE = 'minigram.scroll'
const PATIENCE_MS = 1500
const KEPT_ENTRIES = 100
/** Between two events of one movement at most, also where frames are long. */
const SCROLL_PAUSE_MS = 150

const offsets = new Map<string, number>(readKept())
let cancelRestore = () => {}
let isJustOpened = true
let lastScrollAt = -Infinity

export function keepScroll(): void {
  history.scrollRestoration = 'manual'
  const note = () => {
    lastScrollAt = performance.now()
    offsets.set(entryKey(), window.scrollY)
  }
  addEventListener('scroll', note, { passive: true })
  addEventListener('pagehide', () => {
    sessionStorage.setItem(STORE, JSON.stringify([...offsets].slice(-KEPT_ENTRIES)))
  })
  // a hand on the wheel or the screen wins over a restoration that still waits for content
  for (const type of ['wheel', 'touchstart', 'keydown'])
    addEventListener(type, () => cancelRestore(), { passive: true })
}

/** Call in a layout effect when the address has changed: back to where this entry was, or to the top of a new one. */
export function restoreScroll(): void {
  cancelRestore()
  const target = offsets.get(entryKey()) ?? 0
  // A document that was just opened is at its top: asking it to go there would lay it out before it is complete.
  const isThere = isJustOpened && target === 0
  isJustOpened = false
  if (isThere) return
  const deadline = performance.now() + PATIENCE_MS
  let frame = 0
  cancelRestore = () => cancelAnimationFrame(frame)
  const attempt = () => {
    window.scrollTo({ top: target, behavior: 'instant' })
    if (Math.abs(window.scrollY - target) > 1 && performance.now() < deadline) frame = requestAnimationFrame(attempt)
    else offsets.set(entryKey(), target)
  }
  attempt()
}

/** True while the page moves under what is looked at. */
export function isScrolling(): boolean {
  return performance.now() - lastScrollAt < SCROLL_PAUSE_MS
}

/** True when this entry was left further down, and will be restored there. */
export function hasPlace(): boolean {
  return (offsets.get(entryKey()) ?? 0) > 0
}

function entryKey(): string {
  const state = history.state as { entry?: string } | null
  if (state?.entry) return state.entry
  const entry = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
  history.replaceState({ ...state, entry }, '')
  return entry
}

function readKept(): [string, number][] {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '[]') as [string, number][]
  } catch {
    return []
  }
}
