import type { PhotoCard } from '../../contract/photos.ts'
import { problemOf } from '../api/client.ts'
import { ApiError } from '../api/problem.ts'

type Given = { file: File; caption: string; altText: string; key: string; onProgress: (share: number) => void }

/** Sends one photo. XMLHttpRequest, because fetch tells nothing about what has been sent.
 *  @throws ApiError in `done`; after `cancel` it never settles. */
export function sendPhoto({ file, caption, altText, key, onProgress }: Given): {
  done: Promise<PhotoCard>
  cancel: () => void
} {
  const request = new XMLHttpRequest()
  const form = new FormData()
  // text before the file: the server streams the file and wants to know the rest by then
  form.set('caption', caption)
  form.set('altText', altText)
  form.set('file', file, file.name)
  const done = new Promise<PhotoCard>((resolve, reject) => {
    request.upload.addEventListener('progress', (event) =>
      onProgress(event.lengthComputable ? event.loaded / event.total : 0),
    )
    request.addEventListener('error', () => reject(ApiError.network()))
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as PhotoCard)
      else reject(problemOf(request.status, request.responseText, { get: (name) => request.getResponseHeader(name) }))
    })
  })
  request.open('POST', '/api/photos')
  request.setRequestHeader('accept', 'application/json')
  request.setRequestHeader('idempotency-key', key)
  request.send(form)
  return { done, cancel: () => request.abort() }
}
