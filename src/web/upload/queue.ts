import type { QueryClient } from '@tanstack/react-query'
import { newKey } from '../api/client.ts'
import { notePublished } from '../api/photos.ts'
import { ApiError, isPassing, sentence } from '../api/problem.ts'
import { noteServerAnswer } from '../api/server-state.ts'
import { meQuery, noteSignedOut } from '../api/session.ts'
import type { View } from '../crop/crop-geometry.ts'
import { canPreview, refusal, sizeRefusal } from './preflight.ts'
import { sendPhoto } from './send.ts'
import { uploadItems, type UploadItem } from './upload-items.ts'

const ATTEMPTS_MAX = 6
const PAUSE_MS = 2000
/** A server that is busy for a moment, or that is still at work on our first attempt. */
const PAUSES_FOR = new Set(['idempotency.running', 'media.busy', 'request.rate_limited', 'http.429'])

const items = uploadItems
let client: QueryClient | undefined
let cancelSending: (() => void) | undefined
let ownerId: string | undefined

/** Ties the queue to the cache, to who is signed in, to the connection and to leaving the page; once, by the first upload page. */
export function bindQueue(queryClient: QueryClient): void {
  if (client) return
  client = queryClient
  noteOwner()
  client.getQueryCache().subscribe(noteOwner)
  addEventListener('online', sendNext)
  addEventListener('beforeunload', askBeforeLeaving)
}

/** When a session ends, photos wait for who chose them, not for who signs in next. */
function noteOwner(): void {
  const id = client?.getQueryData(meQuery.queryKey)?.id
  if (id === undefined || id === ownerId) return
  if (ownerId !== undefined) {
    cancelSending?.()
    items.get().forEach(dropPictures)
    items.set([])
  }
  ownerId = id
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  if (items.get().some((item) => item.state !== 'done' && item.state !== 'refused')) event.preventDefault()
}

export function addFiles(files: Iterable<File>): void {
  const added = Array.from(files, (file): UploadItem => {
    const reason = refusal(file)
    const preview = !reason && canPreview(file) ? URL.createObjectURL(file) : null
    const state = reason ? 'refused' : 'draft'
    return {
      id: newKey(),
      file,
      preview,
      original: { file, preview },
      caption: '',
      altText: '',
      state,
      progress: 0,
      reason,
      key: newKey(),
      attempts: 0,
    }
  })
  items.set([...items.get().filter((item) => item.state !== 'done'), ...added])
}

/** Called when the preview is there and its size is known. */
export function noteSize(id: string, widthPx: number, heightPx: number): void {
  const reason = sizeRefusal(widthPx, heightPx)
  if (reason) change(id, { state: 'refused', reason })
}

/** Another text is another photo to the server, so it gets another key. */
export function setText(id: string, text: { caption?: string; altText?: string }): void {
  change(id, { ...text, key: newKey() })
}

/** The same picture, cut or turned; another file, so another key. */
export function setCrop(id: string, file: File, view: View): void {
  const item = items.get().find((known) => known.id === id)
  if (!item) return
  if (item.preview && item.preview !== item.original.preview) URL.revokeObjectURL(item.preview)
  const preview = file === item.original.file ? item.original.preview : URL.createObjectURL(file)
  change(id, { file, preview, view, key: newKey() })
}

export function removeItem(id: string): void {
  const item = items.get().find((known) => known.id === id)
  if (!item) return
  if (item.state === 'sending') cancelSending?.()
  dropPictures(item)
  items.set(items.get().filter((known) => known.id !== id))
  sendNext()
}

function dropPictures({ preview, original }: UploadItem): void {
  for (const url of new Set([preview, original.preview])) if (url) URL.revokeObjectURL(url)
}

export function forgetDone(): void {
  for (const item of items.get()) if (item.state === 'done') removeItem(item.id)
}

export function publish(ids: string[]): void {
  for (const id of ids) change(id, { state: 'waiting', reason: undefined, attempts: 0 })
  sendNext()
}

/** One at a time, in order: the first photo is there soonest, and a phone's uplink is not split. */
function sendNext(): void {
  if (cancelSending || !navigator.onLine) return
  const item = items.get().find((known) => known.state === 'waiting')
  if (!item) return
  change(item.id, { state: 'sending', progress: 0, reason: undefined, attempts: item.attempts + 1 })
  const { done, cancel } = sendPhoto({
    file: item.file,
    caption: item.caption.trim(),
    altText: item.altText.trim(),
    key: item.key,
    onProgress: (progress) => change(item.id, { progress }),
  })
  cancelSending = () => {
    cancelSending = undefined
    cancel()
  }
  done
    .then((photo) => {
      change(item.id, { state: 'done', progress: 1, photo })
      noteServerAnswer(undefined)
      if (client) notePublished(client, photo)
    })
    .catch((error: unknown) => noteFailure(item.id, error))
    .finally(() => {
      cancelSending = undefined
      sendNext()
    })
}

/** A picture that the server cannot take is refused for good; what passes by itself is tried again after a pause, with the same key;
 *  the rest is told and waits for the person. */
function noteFailure(id: string, error: unknown): void {
  const attempts = items.get().find((item) => item.id === id)?.attempts ?? ATTEMPTS_MAX
  noteServerAnswer(error)
  if (client) noteSignedOut(client, error)
  const code = error instanceof ApiError ? error.code : ''
  const passes = isPassing(error) || PAUSES_FOR.has(code)
  if (!passes && code.startsWith('media.')) return change(id, { state: 'refused', reason: sentence(error) })
  if (!passes || attempts >= ATTEMPTS_MAX) return change(id, { state: 'failed', progress: 0, reason: sentence(error) })
  const retryAtMs = error instanceof ApiError ? error.retryAtMs : undefined
  const pauseMs = Math.max(PAUSE_MS * attempts, (retryAtMs ?? 0) - Date.now())
  change(id, { state: 'failed', progress: 0, reason: 'Not published yet; trying again by itself…' })
  setTimeout(() => {
    // still there, and nobody was quicker
    if (items.get().some((item) => item.id === id && item.state === 'failed')) change(id, { state: 'waiting' })
    sendNext()
  }, pauseMs)
}

function change(id: string, patch: Partial<UploadItem>): void {
  items.set(items.get().map((item) => (item.id === id ? { ...item, ...patch } : item)))
}
