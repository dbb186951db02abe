import type { FormEvent, ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { exploreQuery } from '../api/photos.ts'
import { call } from '../api/client.ts'
import type { PhotoPage } from '../../contract/photos.ts'
import { Button } from '../ui/button.tsx'
import { Mark } from '../ui/icon.tsx'
import styles from './account-form.module.css'
import { Page } from './page.tsx'
import { PhotoRows } from './photo-grid.tsx'

type Props = {
  title: string
  lead: string
  action: string
  busy: boolean
  error?: string | undefined
  onSubmit: () => void
  children: ReactNode
  foot: ReactNode
}

/** The frame of signing up, signing in and resetting: a calm form, and beside it why one would. */
export function AccountForm({ title, lead, action, busy, error, onSubmit, children, foot }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) onSubmit()
  }
  return (
    <Page title={title} heading={false} width="wide">
      <div className={styles.page}>
        <form className={styles.form} onSubmit={submit} noValidate>
          <Mark size={40} />
          <div>
            <p className={styles.title}>{title}</p>
            <p className={styles.lead}>{lead}</p>
          </div>
          {error && (
            <p className={styles.error} role="alert">
              {error}
            </p>
          )}
          {children}
          <Button look="ink" type="submit" wide busy={busy}>
            {action}
          </Button>
          <p className={styles.foot}>{foot}</p>
        </form>
        <Wall />
      </div>
    </Page>
  )
}

/** Photos of the explore page as decoration; nothing at all when there are none. */
function Wall() {
  const { data } = useQuery({
    queryKey: ['wall', ...exploreQuery.queryKey],
    queryFn: ({ signal }) => call<PhotoPage>('GET', '/api/explore', { signal }),
    enabled: matchMedia('(min-width: 1024px)').matches,
  })
  if (!data?.items.length) return null
  return (
    <div className={styles.wall} inert aria-hidden="true">
      <PhotoRows photos={data.items} />
    </div>
  )
}
