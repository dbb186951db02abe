import { lazy, Suspense, useRef, useState } from 'react'
import type { PhotoCard } from '../../contract/photos.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'

const PhotoActions = lazy(() => import('./photo-actions.tsx').then((module) => ({ default: module.PhotoActions })))

/** The three dots; what is behind them comes when they are first pressed. */
export function PhotoMenu({ photo, onDeleted }: { photo: PhotoCard; onDeleted?: () => void }) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    // the last of several dialogs gives the focus back to one that is gone; the page can take it once that one has closed
    setTimeout(() => button.current?.focus())
  }
  return (
    <>
      <IconButton ref={button} name="More about this photo" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="more" />
      </IconButton>
      {isOpen && (
        <Suspense>
          <PhotoActions photo={photo} onClose={close} onDeleted={onDeleted} />
        </Suspense>
      )}
    </>
  )
}
