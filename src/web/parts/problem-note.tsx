import { ApiError, sentence } from '../api/problem.ts'
import styles from './problem-note.module.css'

/** Beside a button: why what it does failed, said aloud, with the id to quote in a report. Nothing while there is no error. */
export function ProblemNote({ error }: { error: unknown }) {
  if (!error) return null
  const requestId = error instanceof ApiError ? error.requestId : ''
  return (
    <div role="alert" className={styles.note}>
      <p>{sentence(error)}</p>
      {requestId && (
        <p className={styles.id}>
          Request <code>{requestId}</code>
        </p>
      )}
    </div>
  )
}
