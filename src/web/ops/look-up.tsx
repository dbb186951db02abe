import { useState, type FormEvent } from 'react'
import { useLocation } from 'wouter'
import { paths } from '../paths.ts'
import { Icon } from '../ui/icon.tsx'
import styles from './look-up.module.css'

/** Leads to any account or photo, suspended and hidden ones too, from what a letter about it contains. */
export function LookUp() {
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const to = placeOf(typed.trim())
    if (!to) return
    setTyped('')
    navigate(to)
  }
  return (
    <search>
      <form className={styles.form} onSubmit={submit}>
        <Icon name="search" size={18} />
        <input
          aria-label="Username, or address of a photo"
          placeholder="Username, or address of a photo"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
    </search>
  )
}

const PHOTO_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i
/** The last of an address, or all of it: `ann`, `@ann`, `https://example.org/@ann`. */
const USERNAME = /(?:^|\/)@?([A-Za-z0-9_.]+)\/?$/

function placeOf(typed: string): string | undefined {
  const [id] = PHOTO_ID.exec(typed) ?? []
  if (id) return paths.opsPhoto(id.toLowerCase())
  const [, username] = USERNAME.exec(typed) ?? []
  return username && paths.opsAccount(username)
}
