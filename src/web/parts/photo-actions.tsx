import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useLocation } from 'wouter'
import { ALT_TEXT_MAX_CHARS, CAPTION_MAX_CHARS } from '../../contract/limits.ts'
import type { PhotoCard } from '../../contract/photos.ts'
import { deletePhoto, editPhoto } from '../api/photos.ts'
import { sentence } from '../api/problem.ts'
import { useMe } from '../api/session.ts'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Choices, Dialog, DialogEnd } from '../ui/dialog.tsx'
import { AreaField } from '../ui/field.tsx'
import { toast } from '../ui/toast.tsx'
import { ProblemNote } from './problem-note.tsx'
import { ReportDialog } from './report-dialog.tsx'
import { useRequireAccount } from './require-account.ts'

type Props = { photo: PhotoCard; onClose: () => void; onDeleted?: (() => void) | undefined }

/** What can be done with a photo: by anyone, and by who made it. */
export function PhotoActions({ photo, onClose, onDeleted }: Props) {
  const [step, setStep] = useState<'choose' | 'edit' | 'delete' | 'report'>('choose')
  const isOpen = useLocation()[0] === paths.photo(photo.id)
  const me = useMe()
  const requireAccount = useRequireAccount()
  const isMine = me?.username === photo.author.username
  if (step === 'edit') return <EditDialog photo={photo} onClose={onClose} />
  if (step === 'delete') return <DeleteDialog photo={photo} onClose={onClose} onDeleted={onDeleted} />
  if (step === 'report') return <ReportDialog photo={photo} onClose={onClose} />
  return (
    <Dialog title="Photo" hideTitle onClose={onClose}>
      <Choices>
        {!isOpen && <ButtonLink to={paths.photo(photo.id)}>Open</ButtonLink>}
        <Button
          onClick={() => {
            void share(photo)
            onClose()
          }}
        >
          {canShare() ? 'Share' : 'Copy link'}
        </Button>
        {isMine && (
          <>
            <Button onClick={() => setStep('edit')}>Edit caption and description</Button>
            <Button look="danger" onClick={() => setStep('delete')}>
              Delete
            </Button>
          </>
        )}
        {!isMine && <Button onClick={() => requireAccount(() => setStep('report'))}>Report…</Button>}
        {me?.role === 'operator' && <ButtonLink to={paths.opsPhoto(photo.id)}>Look at it as an operator</ButtonLink>}
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </Choices>
    </Dialog>
  )
}

function EditDialog({ photo, onClose }: Props) {
  const client = useQueryClient()
  const [caption, setCaption] = useState(photo.caption)
  const [altText, setAltText] = useState(photo.altText)
  const save = useMutation({
    mutationFn: () => editPhoto(client, photo.id, { caption: caption.trim(), altText: altText.trim() }),
    onSuccess: onClose,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Dialog title="Edit photo" onClose={onClose}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        <AreaField
          label="Caption"
          dir="auto"
          value={caption}
          maxLength={CAPTION_MAX_CHARS}
          onChange={(e) => setCaption(e.target.value)}
        />
        <AreaField
          label="Description"
          hint="What is to be seen, for people who cannot see it"
          dir="auto"
          value={altText}
          maxLength={ALT_TEXT_MAX_CHARS}
          onChange={(e) => setAltText(e.target.value)}
          error={save.isError ? sentence(save.error) : undefined}
        />
        <DialogEnd>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="ink" type="submit" busy={save.isPending}>
            Save
          </Button>
        </DialogEnd>
      </form>
    </Dialog>
  )
}

function DeleteDialog({ photo, onClose, onDeleted }: Props) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => deletePhoto(client, photo),
    onSuccess: () => {
      toast('Photo deleted')
      onClose()
      onDeleted?.()
    },
  })
  return (
    <Dialog title="Delete this photo?" onClose={onClose}>
      <p>It disappears for everyone, with its likes and comments. This cannot be undone.</p>
      <ProblemNote error={remove.error} />
      <DialogEnd>
        <Button onClick={onClose}>Keep it</Button>
        <Button look="accent" busy={remove.isPending} onClick={() => remove.mutate()}>
          Delete photo
        </Button>
      </DialogEnd>
    </Dialog>
  )
}

function canShare(): boolean {
  return 'share' in navigator && matchMedia('(pointer: coarse)').matches
}

/** @NOTE navigator.clipboard is absent on plain-http origins; the address is then shown to be copied by hand. */
async function share(photo: PhotoCard): Promise<void> {
  const url = location.origin + paths.photo(photo.id)
  try {
    if (canShare()) return await navigator.share({ url })
    await navigator.clipboard.writeText(url)
    toast('Link copied')
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) toast(url)
  }
}
