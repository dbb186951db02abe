import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SessionList } from '../../contract/accounts.ts'
import { call } from '../api/client.ts'
import { sessionsQuery } from '../api/session.ts'
import { toastRefusal } from '../parts/refusal.ts'
import { ErrorState } from '../parts/states.tsx'
import { Button } from '../ui/button.tsx'
import { Bone } from '../ui/skeleton.tsx'
import { Ago } from '../ui/time.tsx'
import { Section } from './section.tsx'
import styles from './section.module.css'

/** Where one is signed in, and how to end it there. */
export function DevicesSection() {
  const sessions = useQuery({ ...sessionsQuery, staleTime: 0 })
  return (
    <Section title="Devices" lead="Where you are signed in.">
      {sessions.isPending && <Bone height={60} />}
      {sessions.isError && <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <ul>
        {sessions.data?.items.map((session) => (
          <Device key={session.id} session={session} />
        ))}
      </ul>
    </Section>
  )
}

function Device({ session }: { session: SessionList['items'][number] }) {
  const client = useQueryClient()
  const name = deviceName(session.userAgent)
  const end = useMutation({
    mutationFn: () => call('DELETE', `/api/sessions/${encodeURIComponent(session.id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
    onError: (error) => toastRefusal(error, `${name} is still signed in.`),
  })
  return (
    <li className={styles.device}>
      <div title={session.userAgent}>
        <b>{name}</b>
        <p className={styles.lead}>
          {session.isCurrent ? (
            'This device'
          ) : (
            <>
              Last seen: <Ago at={session.lastSeenAt} />
            </>
          )}
        </p>
      </div>
      {!session.isCurrent && (
        <Button busy={end.isPending} aria-label={`Sign out ${name}`} onClick={() => end.mutate()}>
          Sign out
        </Button>
      )}
    </li>
  )
}

const BROWSERS = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari']
const SYSTEMS = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS X', 'Linux']

/** Good enough to recognise one's own devices; the full text is a tooltip. */
function deviceName(userAgent: string): string {
  const browser = BROWSERS.find((name) => userAgent.includes(name))
    ?.replace('Edg', 'Edge')
    .replace('OPR', 'Opera')
  const system = SYSTEMS.find((name) => userAgent.includes(name))?.replace('Mac OS X', 'Mac')
  return [browser, system].filter(Boolean).join(' on ') || userAgent.split('/')[0] || 'Unknown device'
}
