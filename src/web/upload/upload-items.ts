import type { PhotoCard } from '../../contract/photos.ts'
import type { View } from '../crop/crop-geometry.ts'
import { createStore, useStore } from '../ui/store.ts'

export type UploadItem = {
  id: string
  /** What is sent. */
  file: File
  /** Its object URL, or null where the browser cannot show the file (HEIC). */
  preview: string | null
  /** As it was chosen; a crop begins here again. */
  original: { file: File; preview: string | null }
  view?: View
  caption: string
  altText: string
  /** `draft` is being written, `waiting` has its turn later or after a pause, `refused` never will be sent. */
  state: 'draft' | 'refused' | 'waiting' | 'sending' | 'failed' | 'done'
  /** Share of the bytes sent, 0 to 1. */
  progress: number
  /** Why it is refused, failed or paused. */
  reason?: string | undefined
  /** Stays the same over all attempts, so that one of them counts. */
  key: string
  attempts: number
  photo?: PhotoCard
}

/** Lives outside the pages: sending goes on while one looks around. Apart from the queue that works on it, so that the
 *  navigation can show a number without loading the queue. */
export const uploadItems = createStore<UploadItem[]>([])

export function useUploads(): UploadItem[] {
  return useStore(uploadItems)
}
