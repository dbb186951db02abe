import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ExportState } from '../../contract/export.ts'
import { exportQuery, requestExport } from '../api/export.ts'
import { ErrorState } from '../parts/states.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { counted, formatBytes } from '../ui/numbers.ts'
import { Bone, Loading } from '../ui/skeleton.tsx'
import { Section } from './section.tsx'
import styles from './section.module.css'

/** Everything of one's own as one archive: asked for, packed, downloaded. */
export function DataSection() {
  const archive = useQuery(exportQuery)
  return (
    <Section
      title="Your data"
      lead="All your photos in the best quality that is kept here, with your texts, likes, comments, follows and devices, in one ZIP archive."
    >
      {archive.isPending && (
        <>
          <Loading what="your archive" />
          <Bone width={220} height={44} />
        </>
      )}
      {archive.isError && !archive.data && <ErrorState error={archive.error} onRetry={() => void archive.refetch()} />}
      {archive.data && <Archive archive={archive.data} />}
    </Section>
  )
}

function Archive({ archive }: { archive: ExportState }) {
  const client = useQueryClient()
  const ask = useMutation({ mutationFn: () => requestExport(client) })
  const askButton = (text: string) => (
    <Button busy={ask.isPending} onClick={() => ask.mutate()}>
      {text}
    </Button>
  )
  return (
    <>
      <p role="status" className={archive.status === 'none' ? 'visually-hidden' : undefined}>
        {told(archive)}
      </p>
      {archive.status === 'running' && <Packing {...archive.progress} />}
      <div className={styles.row}>
        {archive.status === 'none' && askButton('Make an archive')}
        {archive.status === 'failed' && askButton('Try again')}
        {archive.status === 'ready' && archive.path && (
          <>
            <a className={buttonClass('ink')} href={archive.path} download>
              <Icon name="download" size={20} /> Download{' '}
              {archive.sizeBytes !== null && `(${formatBytes(archive.sizeBytes)})`}
            </a>
            {askButton('Make a new one')}
          </>
        )}
      </div>
      <ProblemNote error={ask.error} />
    </>
  )
}

/** Words that change seldom: a screen reader hears of each change. */
function told({ status, expiresAt }: ExportState): string {
  if (status === 'running') return 'Your archive is being packed. You can leave this page; it goes on.'
  if (status === 'failed') return 'The archive could not be made. Nothing is lost.'
  if (status !== 'ready') return ''
  return expiresAt ? `Your archive is ready. It can be downloaded until ${clock(expiresAt)}.` : 'Your archive is ready.'
}

function clock(at: string): string {
  return new Date(at).toLocaleString(undefined, { weekday: 'long', hour: '2-digit', minute: '2-digit' })
}

function Packing({ done, total }: { done: number; total: number }) {
  return (
    <div className={styles.packing}>
      <progress aria-label="Packing your archive" max={Math.max(1, total)} {...(total > 0 ? { value: done } : {})} />
      <p className={styles.lead}>{total > 0 ? `${done} of ${counted(total, 'photo')}` : 'Counting your photos…'}</p>
    </div>
  )
}
