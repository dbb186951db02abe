import { useId, type InputHTMLAttributes, type TextareaHTMLAttributes } from 'react'
import styles from './field.module.css'

type Extra = { label: string; hint?: string | undefined; error?: string | undefined }

/** A labelled line of text. The error takes the hint's place, so that nothing below it moves. */
export function Field({ label, hint, error, ...input }: InputHTMLAttributes<HTMLInputElement> & Extra) {
  const id = useId()
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input {...input} id={id} className={styles.input} {...described(id, hint, error)} />
      <Below id={id} hint={hint} error={error} />
    </div>
  )
}

/** The same for several lines; shows how much room is left near the end. */
export function AreaField({ label, hint, error, ...area }: TextareaHTMLAttributes<HTMLTextAreaElement> & Extra) {
  const id = useId()
  const left = (area.maxLength ?? Infinity) - String(area.value ?? '').length
  const room = left <= 100 ? `${left} characters left` : hint
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea rows={2} {...area} id={id} className={styles.input} {...described(id, room, error)} />
      <Below id={id} hint={room} error={error} />
    </div>
  )
}

function Below({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  if (!hint && !error) return null
  return (
    <p id={`${id}-note`} className={error ? styles.error : styles.hint} role={error ? 'alert' : undefined}>
      {error ?? hint}
    </p>
  )
}

function described(id: string, hint: string | undefined, error: string | undefined) {
  return hint || error ? { 'aria-describedby': `${id}-note`, 'aria-invalid': error ? true : undefined } : {}
}
