import { useLayoutEffect, type ReactNode } from 'react'
import styles from './page.module.css'

type Props = {
  /** Names the tab and, where `heading` is not false, the page itself. */
  title: string
  description?: string
  heading?: boolean
  width?: 'narrow' | 'column' | 'medium' | 'wide'
  children: ReactNode
}

const ABOUT = 'MiniGram is a quiet place for photographs: share yours, follow people, see theirs.'

/** The frame of every page: its name, its width, its heading. */
export function Page({ title, description = ABOUT, heading = true, width = 'column', children }: Props) {
  useLayoutEffect(() => {
    document.title = `${title} · MiniGram`
    document.querySelector('meta[name=description]')?.setAttribute('content', description)
  }, [title, description])
  return (
    <div className={styles[width]}>
      <h1 className={heading ? styles.heading : 'visually-hidden'}>{title}</h1>
      {children}
    </div>
  )
}
