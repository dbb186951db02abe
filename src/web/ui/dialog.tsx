import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import styles from './dialog.module.css'

/** The browser's own modal dialog: focus stays inside and goes back, Escape and a click beside it close it. */
export function Dialog({
  title,
  onClose,
  children,
  hideTitle = false,
}: {
  title: string
  onClose: () => void
  children: ReactNode
  hideTitle?: boolean
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const pressed = useRef<EventTarget>(null)
  // closed while it is still in the document: only then does focus go back
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    // oxlint-disable-next-line click-events-have-key-events, no-noninteractive-element-interactions -- Escape is the key
    <dialog
      ref={ref}
      className={styles.dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => (pressed.current = event.target)}
      onClick={({ target, currentTarget }) => {
        // not when text was marked within and the hand left beside it
        if (target === currentTarget && pressed.current === currentTarget) onClose()
      }}
    >
      <div className={styles.body}>
        <h2 id={id} className={hideTitle ? 'visually-hidden' : undefined}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  )
}

/** The row of buttons that ends a dialog. */
export function DialogEnd({ children }: { children: ReactNode }) {
  return <div className={styles.end}>{children}</div>
}

/** A column of full-width choices, as in a menu of actions. */
export function Choices({ children }: { children: ReactNode }) {
  return <div className={styles.choices}>{children}</div>
}
