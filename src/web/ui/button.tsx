import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Link } from 'wouter'
import styles from './button.module.css'

type Look = 'ink' | 'plain' | 'quiet' | 'accent' | 'danger'

export function buttonClass(look: Look = 'plain', wide = false): string {
  return `${styles.button} ${styles[look]}${wide ? ` ${styles.wide}` : ''}`
}

/** `busy` keeps the width and the focus, says so to screen readers and swallows further clicks. */
export function Button({
  look,
  wide,
  busy = false,
  children,
  onClick,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look; wide?: boolean; busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(look, wide)}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {children}
    </button>
  )
}

export function ButtonLink({
  look,
  wide,
  to,
  children,
}: {
  look?: Look
  wide?: boolean
  to: string
  children: ReactNode
}) {
  return (
    <Link to={to} className={buttonClass(look, wide)}>
      {children}
    </Link>
  )
}

/** A round button that shows only a sign; its name is spoken and shown as a tooltip. */
export function IconButton({
  name,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement>; name: string; children: ReactNode }) {
  return (
    <button type="button" {...rest} className={styles.icon} aria-label={name} title={name}>
      {children}
    </button>
  )
}
