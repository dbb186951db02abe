import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { REPORT_TEXT_MAX_CHARS } from '../../contract/limits.ts'
import type { OwnReport, ReportReason } from '../../contract/moderation.ts'
import type { PhotoCard } from '../../contract/photos.ts'
import { REPORT_REASONS } from '../../contract/report-reasons.ts'
import { ownReportQuery, REASON_NAMES, reportPhoto } from '../api/reports.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogEnd } from '../ui/dialog.tsx'
import { AreaField } from '../ui/field.tsx'
import { Bone, Loading } from '../ui/skeleton.tsx'
import { Ago } from '../ui/time.tsx'
import { ProblemNote } from './problem-note.tsx'
import styles from './report-dialog.module.css'

type Props = { photo: PhotoCard; onClose: () => void }

/** Tells the operators what is wrong with a photo, or what one told them before. */
export function ReportDialog({ photo, onClose }: Props) {
  const known = useQuery(ownReportQuery(photo.id))
  const report = known.data?.report
  return (
    <Dialog title={report ? 'Your report' : 'Report this photo'} onClose={onClose}>
      {known.isPending && (
        <>
          <Loading what="your report" />
          <Bone height={300} />
        </>
      )}
      {known.isError && !known.data && (
        <>
          <ProblemNote error={known.error} />
          <DialogEnd>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="ink" busy={known.isFetching} onClick={() => void known.refetch()}>
              Try again
            </Button>
          </DialogEnd>
        </>
      )}
      {known.data && (report ? <Made report={report} onClose={onClose} /> : <Form photo={photo} onClose={onClose} />)}
    </Dialog>
  )
}

function Form({ photo, onClose }: Props) {
  const client = useQueryClient()
  const [reason, setReason] = useState<ReportReason>()
  const [text, setText] = useState('')
  const [isChecked, setChecked] = useState(false)
  const send = useMutation({
    mutationFn: (reason: ReportReason) => reportPhoto(client, photo.id, { reason, text: text.trim() }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (reason && !send.isPending) send.mutate(reason)
  }
  const isMissing = isChecked && !reason
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <fieldset className={styles.reasons} aria-describedby={isMissing ? 'report-missing' : undefined}>
        <legend>What is wrong with it?</legend>
        {REPORT_REASONS.map((option) => (
          <label key={option}>
            <input type="radio" name="reason" checked={option === reason} onChange={() => setReason(option)} />
            {REASON_NAMES[option]}
          </label>
        ))}
      </fieldset>
      {isMissing && (
        <p id="report-missing" role="alert" className={styles.missing}>
          Choose what comes closest.
        </p>
      )}
      <AreaField
        label="A note to the operators (optional)"
        dir="auto"
        maxLength={REPORT_TEXT_MAX_CHARS}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p className={styles.next}>
        The operators of this MiniGram look at the photo, and hide it if it does not belong here. They see who reported
        it; <bdi>@{photo.author.username}</bdi> does not.
      </p>
      <ProblemNote error={send.error} />
      <DialogEnd>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="ink" type="submit" busy={send.isPending}>
          Send report
        </Button>
      </DialogEnd>
    </form>
  )
}

function Made({ report, onClose }: { report: NonNullable<OwnReport['report']>; onClose: () => void }) {
  return (
    <>
      <div role="status" className={styles.made}>
        <p>
          {report.settledAt
            ? 'The operators have looked at it, and the photo may stay.'
            : 'Thank you. The operators will look at it; there is nothing else to do.'}
        </p>
        <p className={styles.next}>
          You reported it as “{REASON_NAMES[report.reason]}”, <Ago at={report.createdAt} />.
        </p>
        {report.text && (
          <p className={styles.quote} dir="auto">
            {report.text}
          </p>
        )}
      </div>
      <DialogEnd>
        <Button look="ink" onClick={onClose}>
          Close
        </Button>
      </DialogEnd>
    </>
  )
}
