import { createStore, useStore } from './store.ts'
import styles from './toast.module.css'

const SHOWN_MS = 5000
const current = createStore<{ text: string; id: number } | null>(null)
let count = 0

/** Says one short thing at the foot of the page, also to screen readers. A newer one replaces an older one. */
export function toast(text: string): void {
  const id = ++count
  current.set({ text, id })
  setTimeout(() => {
    if (current.get()?.id === id) current.set(null)
  }, SHOWN_MS)
}

export function Toasts() {
  const shown = useStore(current)
  return (
    <div className={styles.place} role="status" aria-live="polite">
      {shown && (
        <p key={shown.id} className={styles.toast}>
          {shown.text}
        </p>
      )}
    </div>
  )
}
