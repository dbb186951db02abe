import { Link } from 'wouter'
import type { OperatorAct } from '../../contract/moderation.ts'
import { actsQuery } from '../api/operators.ts'
import { paths } from '../paths.ts'
import { Ago } from '../ui/time.tsx'
import { OpsList } from './ops-list.tsx'
import styles from './ops.module.css'

const DID: Record<OperatorAct['act'], string> = {
  'photo.hide': 'hid a photo',
  'photo.show': 'showed a photo again',
  'photo.delete': 'deleted a photo',
  'comment.delete': 'deleted a comment',
  'report.dismiss': 'found nothing wrong with a photo',
  'account.suspend': 'suspended',
  'account.restore': 'let back in',
}

/** Who did what and why, newest first; everything, or what was done to one photo or account. */
export function Acts({ target }: { target?: string }) {
  return (
    <OpsList query={actsQuery(target)} empty={<p className={styles.muted}>Nothing was done yet.</p>}>
      {(acts) => (
        <ul className={styles.history}>
          {acts.map((act) => (
            <li key={act.id}>
              <p>
                <b>
                  <bdi>@{act.operator}</bdi>
                </b>{' '}
                {DID[act.act]} {target === undefined && <Target act={act} />}
              </p>
              {act.reason && <p dir="auto">{act.reason}</p>}
              <p className={styles.muted}>
                <Ago at={act.createdAt} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </OpsList>
  )
}

/** What is deleted has no page. */
function Target({ act: { act, target } }: { act: OperatorAct }) {
  if (act === 'photo.delete' || act === 'comment.delete') return null
  const isAccount = act === 'account.suspend' || act === 'account.restore'
  return (
    <Link className={styles.link} to={isAccount ? paths.opsAccount(target) : paths.opsPhoto(target)}>
      {isAccount ? <bdi>@{target}</bdi> : 'Look at it'}
    </Link>
  )
}
