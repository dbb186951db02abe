import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { HiddenPhotoPage } from '../../contract/moderation.ts'
import { deletePhoto, hiddenPhotosQuery } from '../api/photos.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { meanColour } from '../parts/placeholder.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogEnd } from '../ui/dialog.tsx'
import { Ago } from '../ui/time.tsx'
import { toast } from '../ui/toast.tsx'
import { Section } from './section.tsx'
import styles from './section.module.css'

/** What of one's own the operators hid, and why. Not there while there is nothing: most people never see it. */
export function HiddenSection() {
  const list = useInfiniteQuery(hiddenPhotosQuery)
  const hidden = list.data?.pages.flatMap((page) => page.items) ?? []
  if (hidden.length === 0) return null
  return (
    <Section
      title="Hidden photos"
      lead="The operators of this MiniGram have hidden these. Nobody sees them, and the operators can show them again."
    >
      <ul>
        {hidden.map((item) => (
          <Hidden key={item.photo.id} item={item} />
        ))}
      </ul>
      {list.hasNextPage && (
        <div>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            More
          </Button>
        </div>
      )}
    </Section>
  )
}

function Hidden({ item: { photo, reason, hiddenAt } }: { item: HiddenPhotoPage['items'][number] }) {
  const [isAsking, setAsking] = useState(false)
  const name = photo.caption.split('\n')[0]?.slice(0, 60) || 'Photo without a caption'
  return (
    <li className={styles.device}>
      <span className={styles.swatch} style={{ backgroundColor: meanColour(photo.thumbhash) }} />
      <div>
        <b dir="auto">{name}</b>
        <p dir="auto">{reason}</p>
        <p className={styles.lead}>
          Hidden: <Ago at={hiddenAt} />
        </p>
      </div>
      <Button aria-label={`Delete ${name}…`} onClick={() => setAsking(true)}>
        Delete…
      </Button>
      {isAsking && <Confirm photo={photo} onClose={() => setAsking(false)} />}
    </li>
  )
}

function Confirm({ photo, onClose }: { photo: HiddenPhotoPage['items'][number]['photo']; onClose: () => void }) {
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => deletePhoto(client, photo),
    onSuccess: () => {
      toast('Photo deleted')
      onClose()
      void client.invalidateQueries({ queryKey: hiddenPhotosQuery.queryKey })
    },
  })
  return (
    <Dialog title="Delete this photo?" onClose={onClose}>
      <p>It is removed for good, with its likes and comments, and cannot be shown again.</p>
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
