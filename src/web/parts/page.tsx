import type { ReactNode } from 'react'
import styles from './page.module.css'

type Props = {
  /** Names the tab and, where `heading` is not false, the page itself. */
  title: string
  description?: string
  heading?: boolean
  width?: 'narrow' | 'column' | 'wide'
  children: ReactNode
}

/** The frame of every page: its name, its width, its heading. */
export function Page({ title, description, heading = true, width = 'column', children }: Props) {
  return (
    <div className={styles[width]}>
      <title>{title === 'MiniGram' ? title : `${title} · MiniGram`}</title>
      {description && <meta name="description" content={description} />}
      <h1 className={heading ? styles.heading : 'visually-hidden'}>{title}</h1>
      {children}
    </div>
  )
}
