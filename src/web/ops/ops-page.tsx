import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { useMe } from '../api/session.ts'
import { Page } from '../parts/page.tsx'
import { EmptyState, SignedOutState } from '../parts/states.tsx'
import { UntilKnown } from '../parts/until-known.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Bone, Loading } from '../ui/skeleton.tsx'
import { LookUp } from './look-up.tsx'
import styles from './ops.module.css'

/** The frame of the operators' pages; nothing inside is drawn, or asked for, unless an operator looks. */
export function OpsPage({ title, children }: { title: string; children: ReactNode }) {
  const me = useMe()
  if (me?.role === 'operator')
    return (
      <Page title={title} heading={false} width="medium">
        <div className={styles.top}>
          <Tabs />
          <LookUp />
        </div>
        {children}
      </Page>
    )
  return (
    <Page title={title} heading={false}>
      {me === undefined && (
        <UntilKnown>
          <OpsBones />
        </UntilKnown>
      )}
      {me === null && <SignedOutState title="This is for operators">Sign in as one to go on.</SignedOutState>}
      {me && (
        <EmptyState
          icon="shield"
          title="This is for operators"
          action={<ButtonLink to={paths.home()}>Back to your feed</ButtonLink>}
        >
          Who runs this MiniGram can make your account one.
        </EmptyState>
      )}
    </Page>
  )
}

function Tabs() {
  const [at] = useLocation()
  return (
    <nav className={styles.tabs} aria-label="Operators">
      <Link to={paths.ops()} aria-current={at === paths.ops() ? 'page' : undefined}>
        Reports
      </Link>
      <Link to={paths.opsActs()} aria-current={at === paths.opsActs() ? 'page' : undefined}>
        History
      </Link>
    </nav>
  )
}

export function OpsBones() {
  return (
    <>
      <Loading what="the operators’ page" />
      <div className={styles.list} aria-hidden="true">
        {[0, 1, 2].map((i) => (
          <div key={i} className={styles.item}>
            <Bone height={180} />
            <div className={styles.words}>
              <Bone width="60%" height={20} />
              <Bone width="40%" height={14} />
              <Bone width="80%" height={14} />
            </div>
          </div>
        ))}
      </div>
    </>
  )
}
