import { useState } from 'react'
import { Link } from 'wouter'
import { paths } from '../paths.ts'
import styles from './user-text.module.css'

const LONG_CHARS = 220
const MENTION = /(?<![\w.@])@([A-Za-z0-9_.]{2,30})(?<!\.)/g

/** What a person wrote: their line breaks, their direction of writing, @names as links. */
export function UserText({ text, clamp = false }: { text: string; clamp?: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const isLong = clamp && (text.length > LONG_CHARS || text.split('\n').length > 4)
  return (
    <>
      <span dir="auto" className={isLong && !isOpen ? styles.clamped : styles.text}>
        {linked(text)}
      </span>
      {isLong && !isOpen && (
        <button type="button" className={styles.more} onClick={() => setOpen(true)}>
          more
        </button>
      )}
    </>
  )
}

function linked(text: string) {
  return text.split(MENTION).map((piece, i) =>
    i % 2 === 0 ? (
      piece
    ) : (
      <Link key={i} to={paths.profile(piece)} className={styles.mention}>
        @{piece}
      </Link>
    ),
  )
}
