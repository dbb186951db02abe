import { ApiError, sentence } from '../api/problem.ts'
import { noteServerAnswer } from '../api/server-state.ts'
import { toast } from '../ui/toast.tsx'

/** After an act that was refused: what a banner says already (banners.tsx) is not said twice, only the `outcome` of this act. */
export function toastRefusal(error: unknown, outcome: string): void {
  noteServerAnswer(error)
  const isInBanner =
    error instanceof ApiError && (error.is('service.no_primary') || (error.is('network.failed') && !navigator.onLine))
  toast(isInBanner ? `${outcome} Please try again later.` : sentence(error))
}
