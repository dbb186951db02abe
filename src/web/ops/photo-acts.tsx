import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { OpsPhoto } from '../../contract/moderation.ts'
import { dismissReports, hidePhoto, showPhoto } from '../api/operators.ts'
import { deletePhoto } from '../api/photos.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { Button } from '../ui/button.tsx'
import { toast } from '../ui/toast.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import styles from './ops.module.css'

type Props = {
  photo: OpsPhoto
  /** What people reported it as; the beginning of a reason. */
  reportedAs?: string
  /** Where given, the photo can be deleted too. */
  onDeleted?: () => void
  /** Beside the buttons. */
  children?: ReactNode
}

/** What an operator can do with a photo, and how it is going. */
export function PhotoActs({ photo, reportedAs = '', onDeleted, children }: Props) {
  const client = useQueryClient()
  const [asked, setAsked] = useState<'hide' | 'delete'>()
  const { id, author } = photo.card
  const dismiss = useMutation({
    mutationFn: () => dismissReports(client, id),
    onSuccess: () => toast('Reports settled. The photo stays.'),
  })
  const show = useMutation({
    mutationFn: () => showPhoto(client, id),
    onSuccess: () => toast('The photo is shown again'),
  })
  const close = () => setAsked(undefined)
  return (
    <div className={styles.acts}>
      <div className={styles.buttons}>
        {photo.hidden ? (
          <Button busy={show.isPending} onClick={() => show.mutate()}>
            Show again
          </Button>
        ) : (
          <Button look="ink" onClick={() => setAsked('hide')}>
            Hide photo…
          </Button>
        )}
        {photo.openReportCount > 0 && (
          <Button busy={dismiss.isPending} onClick={() => dismiss.mutate()}>
            Nothing is wrong
          </Button>
        )}
        {children}
        {onDeleted && (
          <Button look="danger" onClick={() => setAsked('delete')}>
            Delete…
          </Button>
        )}
      </div>
      <ProblemNote error={dismiss.error ?? show.error} />
      {asked === 'hide' && (
        <ConfirmDialog
          title="Hide this photo?"
          action="Hide photo"
          done="The photo is hidden, and its reports are settled"
          reasonHint={`@${author.username} reads it.`}
          reason={reportedAs}
          run={(reason) => hidePhoto(client, id, reason)}
          onClose={close}
        >
          It disappears everywhere within a second, as if it were deleted. You can show it again.
        </ConfirmDialog>
      )}
      {asked === 'delete' && (
        <ConfirmDialog
          title="Delete this photo?"
          action="Delete photo"
          done="The photo is deleted"
          run={() => deletePhoto(client, photo.card)}
          onClose={close}
          {...(onDeleted ? { onDone: onDeleted } : {})}
        >
          Its files, likes and comments are removed for good. Hiding can be undone, this cannot.
        </ConfirmDialog>
      )}
    </div>
  )
}
