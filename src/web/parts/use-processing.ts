import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { PhotoCard } from '../../contract/photos.ts'
import { photoQuery } from '../api/photos.ts'

/** Watches a photo that is still being rendered; the answer lands in every list that shows it. */
export function useProcessing(photo: PhotoCard): void {
  const client = useQueryClient()
  useQuery({ ...photoQuery(client, photo.id), enabled: photo.status === 'processing' })
}
