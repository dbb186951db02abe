import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState, type ChangeEvent } from 'react'
import type { OwnAccount } from '../../contract/accounts.ts'
import { setAvatar } from '../api/accounts.ts'
import { Avatar } from '../parts/avatar.tsx'
import { toastRefusal } from '../parts/refusal.ts'
import { Button } from '../ui/button.tsx'
import { toast } from '../ui/toast.tsx'
import { ACCEPT, canPreview, refusal } from '../upload/preflight.ts'
import styles from './section.module.css'

const CropDialog = lazy(() => import('../crop/crop-dialog.tsx').then((m) => ({ default: m.CropDialog })))

/** One's picture: chosen, cut to what the circle shows, sent. HEIC goes as it is; the server takes its middle. */
export function Face({ me }: { me: OwnAccount }) {
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [chosen, setChosen] = useState<{ file: File; src: string }>()
  const change = useMutation({
    mutationFn: (file: File | null) => setAvatar(client, file),
    onSuccess: (_done, file) => toast(file ? 'That is you now' : 'Picture removed'),
    onError: (error) => toastRefusal(error, 'Your picture stays as it was.'),
  })
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (!file) return
    const reason = refusal(file)
    if (reason) toast(reason)
    else if (canPreview(file)) setChosen({ file, src: URL.createObjectURL(file) })
    else change.mutate(file)
  }
  const close = () => {
    if (chosen) URL.revokeObjectURL(chosen.src)
    setChosen(undefined)
  }
  return (
    <div className={styles.row}>
      <Avatar account={me} size={80} />
      <div className={styles.buttons}>
        <Button busy={change.isPending} onClick={() => input.current?.click()}>
          {me.avatar ? 'Change picture' : 'Add a picture'}
        </Button>
        {me.avatar && (
          <Button look="quiet" busy={change.isPending} onClick={() => change.mutate(null)}>
            Remove
          </Button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        aria-label="Profile picture"
        className="visually-hidden"
        tabIndex={-1}
        onChange={choose}
      />
      {chosen && (
        <Suspense>
          <CropDialog
            title="Your picture"
            {...chosen}
            isRound
            onClose={close}
            onDone={(file) => {
              close()
              change.mutate(file)
            }}
          />
        </Suspense>
      )}
    </div>
  )
}
