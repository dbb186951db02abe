import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { OPERATOR_REASON_MAX_CHARS } from '../../contract/limits.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogEnd } from '../ui/dialog.tsx'
import { AreaField } from '../ui/field.tsx'
import { toast } from '../ui/toast.tsx'
import styles from './ops.module.css'

type Props = {
  title: string
  /** What will happen. */
  children: ReactNode
  action: string
  /** Said when it is done. */
  done: string
  /** Whether a reason is asked for, and who will read it. */
  reasonHint?: string
  reason?: string
  run: (reason: string) => Promise<unknown>
  onClose: () => void
  onDone?: () => void
}

/** Asks before something is done to a photo or an account, and stays open until the server has done it. */
export function ConfirmDialog({ title, children, action, done, reasonHint, reason: given = '', run, ...then }: Props) {
  const [reason, setReason] = useState(given)
  const [isChecked, setChecked] = useState(false)
  const act = useMutation({
    mutationFn: () => run(reason.trim()),
    onSuccess: () => {
      toast(done)
      then.onClose()
      then.onDone?.()
    },
  })
  const isMissing = reasonHint !== undefined && !reason.trim()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (!isMissing && !act.isPending) act.mutate()
  }
  return (
    <Dialog title={title} onClose={then.onClose}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <p>{children}</p>
        {reasonHint !== undefined && (
          <AreaField
            label="Reason"
            dir="auto"
            hint={reasonHint}
            error={isChecked && isMissing ? 'Give a reason' : undefined}
            maxLength={OPERATOR_REASON_MAX_CHARS}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        <ProblemNote error={act.error} />
        <DialogEnd>
          <Button onClick={then.onClose}>Cancel</Button>
          <Button look="accent" type="submit" busy={act.isPending}>
            {action}
          </Button>
        </DialogEnd>
      </form>
    </Dialog>
  )
}
