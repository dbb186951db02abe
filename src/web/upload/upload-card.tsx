import { lazy, memo, Suspense, useState } from 'react'
import { Link } from 'wouter'
import { ALT_TEXT_MAX_CHARS, CAPTION_MAX_CHARS } from '../../contract/limits.ts'
import { paths } from '../paths.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { AreaField } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { formatBytes } from '../ui/numbers.ts'
import { noteSize, publish, removeItem, setCrop, setText } from './queue.ts'
import type { UploadItem } from './upload-items.ts'
import styles from './upload-card.module.css'

const CropDialog = lazy(() => import('../crop/crop-dialog.tsx').then((m) => ({ default: m.CropDialog })))

/** One chosen file: its picture, its texts while they can still change, and how far it is. A letter typed draws its own card again. */
export const UploadCard = memo(function UploadCard({ item }: { item: UploadItem }) {
  const isOpen = item.state === 'draft' || item.state === 'failed'
  return (
    <li className={styles.card} data-state={item.state} aria-label={item.original.file.name}>
      <div className={styles.side}>
        <Preview item={item} />
        {isOpen && <Crop item={item} />}
      </div>
      <div className={styles.text}>
        <div className={styles.top}>
          <p className={styles.name}>
            <span>{item.original.file.name}</span> {formatBytes(item.file.size)}
          </p>
          {item.state !== 'done' && (
            <IconButton
              name={`${item.state === 'sending' ? 'Cancel' : 'Remove'} ${item.original.file.name}`}
              onClick={() => removeItem(item.id)}
            >
              <Icon name="close" size={20} />
            </IconButton>
          )}
        </div>
        {item.reason && (
          <p className={styles.reason} role="alert">
            {item.reason}
          </p>
        )}
        {isOpen && <Texts item={item} />}
        {item.state === 'failed' && <Button onClick={() => publish([item.id])}>Try again</Button>}
        <Progress item={item} />
      </div>
    </li>
  )
})

function Preview({ item }: { item: UploadItem }) {
  if (!item.preview)
    return (
      <div className={styles.tile}>
        <Icon name={item.state === 'refused' ? 'alert' : 'photo'} size={28} />
        {item.state !== 'refused' && (
          <span>No preview for {item.original.file.name.split('.').at(-1)?.toUpperCase()}</span>
        )}
      </div>
    )
  return (
    <img
      className={styles.preview}
      src={item.preview}
      alt=""
      decoding="async"
      onLoad={(event) => noteSize(item.id, event.currentTarget.naturalWidth, event.currentTarget.naturalHeight)}
    />
  )
}

function Crop({ item: { id, original, view } }: { item: UploadItem }) {
  const [isOpen, setOpen] = useState(false)
  if (!original.preview) return <p className={styles.note}>HEIC cannot be cropped here. It is published whole.</p>
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        <Icon name="crop" size={20} /> Crop or rotate
      </Button>
      {isOpen && (
        <Suspense>
          <CropDialog
            title="Crop or rotate"
            file={original.file}
            src={original.preview}
            view={view}
            onClose={() => setOpen(false)}
            onDone={(file, view) => {
              setCrop(id, file, view)
              setOpen(false)
            }}
          />
        </Suspense>
      )}
    </>
  )
}

function Texts({ item }: { item: UploadItem }) {
  return (
    <>
      <AreaField
        label="Caption"
        dir="auto"
        placeholder="Say something about it, or nothing"
        maxLength={CAPTION_MAX_CHARS}
        value={item.caption}
        onChange={(event) => setText(item.id, { caption: event.target.value })}
      />
      <AreaField
        label="Description"
        dir="auto"
        rows={1}
        hint="What is to be seen? It is read aloud to people who cannot see the photo."
        maxLength={ALT_TEXT_MAX_CHARS}
        value={item.altText}
        onChange={(event) => setText(item.id, { altText: event.target.value })}
      />
    </>
  )
}

function Progress({ item }: { item: UploadItem }) {
  if (item.state === 'done')
    return (
      <p className={styles.done}>
        <Icon name="check" size={20} /> Published{' '}
        {item.photo && <Link to={paths.photo(item.photo.id)}>See the photo</Link>}
      </p>
    )
  if (item.state === 'waiting') return <p className={styles.note}>Waiting for its turn…</p>
  if (item.state !== 'sending') return null
  const percent = Math.round(item.progress * 100)
  return (
    <div className={styles.sending}>
      <progress max={100} value={percent} aria-label={`Sending ${item.original.file.name}`} />
      <p className={styles.note}>{percent < 100 ? `${percent} %` : 'Sent. The server is reading it…'}</p>
    </div>
  )
}
