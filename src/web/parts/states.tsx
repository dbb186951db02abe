import { useEffect, useState, type ReactNode } from 'react'
import { ApiError, inWords, secondsUntil, sentence } from '../api/problem.ts'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import styles from './states.module.css'

/** A place with nothing in it says what belongs here and how it gets here. */
export function EmptyState(props: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.state}>
      <span className={styles.sign}>
        <Icon name={props.icon} size={28} />
      </span>
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.action}
    </div>
  )
}

export type Failure = { error: unknown; onRetry: () => void }

/** What failed, in place of what was asked for. */
export function ErrorState({ error, onRetry }: Failure) {
  return (
    <div className={styles.state} role="alert">
      <span className={styles.sign}>
        <Icon name="alert" size={28} />
      </span>
      <h2>{isTooFast(error) ? 'A little too fast' : 'This did not work'}</h2>
      <p>{reason(error)}</p>
      <Retry error={error} onRetry={onRetry} />
    </div>
  )
}

/** When to try again, and the id to quote in a report. */
export function Retry({ error, onRetry, isBusy = false }: Failure & { isBusy?: boolean }) {
  const waitSeconds = useSecondsUntil(error instanceof ApiError ? error.retryAtMs : undefined)
  const requestId = error instanceof ApiError ? error.requestId : ''
  return (
    <>
      <Button onClick={onRetry} disabled={waitSeconds > 0} busy={isBusy}>
        {waitSeconds > 0 ? `Try again in ${inWords(waitSeconds)}` : 'Try again'}
      </Button>
      {requestId && (
        <p className={styles.id}>
          Request <code>{requestId}</code>
        </p>
      )}
    </>
  )
}

function isTooFast(error: unknown): boolean {
  return error instanceof ApiError && error.status === 429
}

export function reason(error: unknown): string {
  return isTooFast(error) ? 'The server asks for a short pause before it answers again.' : sentence(error)
}

export function NotFoundState({ what }: { what: string }) {
  return (
    <EmptyState
      icon="explore"
      title={`${what} is not here`}
      action={<ButtonLink to={paths.explore()}>Explore photos</ButtonLink>}
    >
      It may have been deleted, or the address has a typing error.
    </EmptyState>
  )
}

export function SignedOutState({ title, children }: { title: string; children: ReactNode }) {
  const here = location.pathname + location.search
  return (
    <EmptyState
      icon="person"
      title={title}
      action={
        <div className={styles.pair}>
          <ButtonLink look="ink" to={paths.signUp(here)}>
            Create account
          </ButtonLink>
          <ButtonLink to={paths.signIn(here)}>Sign in</ButtonLink>
        </div>
      }
    >
      {children}
    </EmptyState>
  )
}

function useSecondsUntil(atMs: number | undefined): number {
  const [left, setLeft] = useState(() => secondsUntil(atMs))
  useEffect(() => {
    const tick = () => setLeft(secondsUntil(atMs))
    tick()
    const timer = setInterval(tick, 500)
    return () => clearInterval(timer)
  }, [atMs])
  return left
}
