import { useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useRef, useState, type RefObject } from 'react'
import { UPLOAD_MAX_BYTES } from '../../contract/limits.ts'
import { useMe } from '../api/session.ts'
import { Page } from '../parts/page.tsx'
import { SignedOutState } from '../parts/states.tsx'
import { UntilKnown } from '../parts/until-known.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { counted, formatBytes } from '../ui/numbers.ts'
import { Bone } from '../ui/skeleton.tsx'
import { ACCEPT } from '../upload/preflight.ts'
import { addFiles, bindQueue, forgetDone, publish } from '../upload/queue.ts'
import { useUploads } from '../upload/upload-items.ts'
import { UploadCard } from '../upload/upload-card.tsx'
import styles from './upload.module.css'

/** Choose, describe, publish: several photos in a row, each with its own fate. */
export function UploadPage() {
  const me = useMe()
  const client = useQueryClient()
  useEffect(() => bindQueue(client), [client])
  return (
    <Page title="New photo" heading={me !== null}>
      {me === undefined && (
        <UntilKnown>
          <Bone height={320} />
        </UntilKnown>
      )}
      {me === null && (
        <SignedOutState title="Share your photographs">
          Sign in to publish a photo, or create an account in a moment.
        </SignedOutState>
      )}
      {me && <Uploader username={me.username} />}
    </Page>
  )
}

function Uploader({ username }: { username: string }) {
  const items = useUploads()
  // that files were chosen is painted first, and then their cards
  const drawn = useDeferredValue(items.length)
  const isOver = useDropAndPaste()
  const ready = items.filter((item) => item.state === 'draft' || item.state === 'failed')
  const isOpen = items.some((item) => item.state !== 'done' && item.state !== 'refused')
  const done = items.filter((item) => item.state === 'done').length
  useEffect(() => forgetDone, [])
  return (
    <div className={styles.page}>
      <Choose isEmpty={items.length === 0} isOver={isOver} />
      <ul className={styles.queue}>
        {items.slice(0, drawn).map((item) => (
          <UploadCard key={item.id} item={item} />
        ))}
      </ul>
      <p className="visually-hidden" role="status">
        {done > 0 && `${counted(done, 'photo')} published`}
      </p>
      {ready.length > 0 && (
        <div className={styles.end}>
          <Button look="ink" wide onClick={() => publish(ready.map((item) => item.id))}>
            {ready.length === 1 ? 'Publish photo' : `Publish ${ready.length} photos`}
          </Button>
        </div>
      )}
      {!isOpen && done > 0 && (
        <div className={styles.end}>
          <ButtonLink look="ink" to={paths.home()} wide>
            See it in your feed
          </ButtonLink>
          <ButtonLink to={paths.profile(username)} wide>
            Your profile
          </ButtonLink>
        </div>
      )}
    </div>
  )
}

function Choose({ isEmpty, isOver }: { isEmpty: boolean; isOver: boolean }) {
  const input = useRef<HTMLInputElement>(null)
  const camera = useRef<HTMLInputElement>(null)
  return (
    <div className={styles.choose} data-empty={isEmpty || undefined} data-over={isOver || undefined}>
      {isEmpty && (
        <>
          <span className={styles.sign}>
            <Icon name="photo" size={36} />
          </span>
          <p className={styles.lead}>
            {isOver
              ? 'Let go to add them'
              : isTouch()
                ? 'What would you like to show?'
                : 'Drop photos here, or paste one'}
          </p>
        </>
      )}
      <div className={styles.buttons}>
        <Button look={isEmpty ? 'ink' : 'plain'} onClick={() => input.current?.click()}>
          {isEmpty ? 'Choose photos' : 'Add more photos'}
        </Button>
        <span className={styles.camera}>
          <Button onClick={() => camera.current?.click()}>Take a photo</Button>
        </span>
      </div>
      {isEmpty && (
        <p className={styles.limits}>
          JPEG, PNG, WebP, AVIF, GIF or HEIC, up to {formatBytes(UPLOAD_MAX_BYTES)} each. Place and camera data are
          removed.
        </p>
      )}
      <FileInput inputRef={input} label="Choose photos" multiple />
      <FileInput inputRef={camera} label="Take a photo" capture="environment" />
    </div>
  )
}

function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches
}

type FileInputProps = {
  inputRef: RefObject<HTMLInputElement | null>
  label: string
  multiple?: boolean
  capture?: 'environment'
}

function FileInput({ inputRef, label, ...rest }: FileInputProps) {
  return (
    <input
      {...rest}
      ref={inputRef}
      type="file"
      accept={ACCEPT}
      aria-label={label}
      className="visually-hidden"
      tabIndex={-1}
      onChange={(event) => {
        addFiles(event.target.files ?? [])
        event.target.value = '' // so that the same file can be chosen again
      }}
    />
  )
}

/** Anywhere in the window: what misses a field would be opened by the browser, in place of the page. */
function useDropAndPaste(): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const page = new AbortController()
    const { signal } = page
    const on = (type: 'dragover' | 'drop', act: (files: FileList) => void) =>
      addEventListener(
        type,
        (event) => {
          // text may be dragged into a caption
          if (!event.dataTransfer?.types.includes('Files')) return
          event.preventDefault()
          act(event.dataTransfer.files)
        },
        { signal },
      )
    on('dragover', () => setOver(true))
    on('drop', (files) => {
      setOver(false)
      addFiles(files)
    })
    addEventListener('dragleave', ({ relatedTarget }) => relatedTarget === null && setOver(false), { signal })
    addEventListener(
      'paste',
      ({ clipboardData }) => {
        if (clipboardData?.files.length) addFiles(clipboardData.files)
      },
      { signal },
    )
    return () => page.abort()
  }, [])
  return isOver
}
