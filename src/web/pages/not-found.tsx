import { Page } from '../parts/page.tsx'
import { NotFoundState } from '../parts/states.tsx'

/** Any other address. */
export function NotFoundPage() {
  return (
    <Page title="Not found" heading={false}>
      <NotFoundState what="This page" />
    </Page>
  )
}
