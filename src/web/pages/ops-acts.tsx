import { Acts } from '../ops/act-rows.tsx'
import { OpsPage } from '../ops/ops-page.tsx'
import styles from '../ops/ops.module.css'

/** What operators did, newest first. */
export function OpsActsPage() {
  return (
    <OpsPage title="History">
      <p className={styles.lead}>What operators did, and why. It stays when an account or a photo is gone.</p>
      <Acts />
    </OpsPage>
  )
}
