import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { SEARCH_MAX_CHARS } from '../../contract/limits.ts'
import { searchQuery } from '../api/accounts.ts'
import { AccountList } from '../parts/account-list.tsx'
import { Page } from '../parts/page.tsx'
import { EmptyState } from '../parts/states.tsx'
import { Icon } from '../ui/icon.tsx'
import { counted } from '../ui/numbers.ts'
import styles from './search.module.css'

const TYPING_PAUSE_MS = 220

/** Finds people while one types. The address keeps the query. */
export function SearchPage() {
  const [params, setParams] = useSearchParams()
  const q = params.get('q') ?? ''
  const [typed, setTyped] = useState(q)
  useEffect(() => {
    const timer = setTimeout(() => {
      const wanted = typed.trim()
      if (wanted !== q) setParams(wanted ? { q: wanted } : {}, { replace: true })
    }, TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed, q, setParams])
  return (
    <Page title={q ? `${q} · Search` : 'Search'} heading={false} width="narrow">
      <search className={styles.form}>
        <Icon name="search" size={20} />
        <input
          type="search"
          aria-label="Search people"
          placeholder="Search people"
          autoFocus
          autoCapitalize="none"
          autoComplete="off"
          enterKeyHint="search"
          maxLength={SEARCH_MAX_CHARS}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </search>
      {q ? (
        <Results q={q} />
      ) : (
        <EmptyState icon="search" title="Whom are you looking for?">
          A name or a username, or the beginning of one.
        </EmptyState>
      )}
    </Page>
  )
}

function Results({ q }: { q: string }) {
  const { data, isPlaceholderData } = useInfiniteQuery(searchQuery(q))
  const found = isPlaceholderData ? undefined : data?.pages.reduce((sum, page) => sum + page.items.length, 0)
  return (
    <>
      <p className="visually-hidden" role="status">
        {found !== undefined && `${counted(found, 'person', 'people')} found`}
      </p>
      <AccountList
        query={searchQuery(q)}
        empty={
          <EmptyState icon="search" title={`Nobody called “${q}”`}>
            Try fewer letters; small typing errors are forgiven.
          </EmptyState>
        }
      />
    </>
  )
}
