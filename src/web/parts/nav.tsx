import { Link, useLocation } from 'wouter'
import type { OwnAccount } from '../../contract/accounts.ts'
import { useMe } from '../api/session.ts'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Icon, Mark, type IconName } from '../ui/icon.tsx'
import { Bone } from '../ui/skeleton.tsx'
import { useUploads } from '../upload/upload-items.ts'
import { Avatar } from './avatar.tsx'
import styles from './nav.module.css'

/** The way around: a rail at the side on wide screens, a bar at the foot of phones. */
export function Nav() {
  const me = useMe()
  // we only ask who we are when we were signed in here before, so "not known yet" looks like signed in: nothing jumps
  const isVisitor = me === null
  const isOperator = me?.role === 'operator'
  return (
    <>
      <header className={styles.top}>
        <Wordmark />
        {isVisitor ? (
          <VisitorButtons />
        ) : (
          <span className={styles.corners}>
            {isOperator && (
              <Link to={paths.ops()} className={styles.corner} aria-label="Operators">
                <Icon name="shield" />
              </Link>
            )}
            <Link to={paths.settings()} className={styles.corner} aria-label="Settings">
              <Icon name="settings" />
            </Link>
          </span>
        )}
      </header>
      <nav className={styles.nav} aria-label="Main">
        <div className={styles.brand}>
          <Wordmark />
        </div>
        <ul className={styles.items}>
          {!isVisitor && <Item to={paths.home()} icon="home" label="Home" />}
          <Item to={isVisitor ? paths.home() : paths.explore()} also={paths.explore()} icon="explore" label="Explore" />
          {!isVisitor && <UploadItem />}
          <Item to={paths.search()} icon="search" label="Search" />
          {!isVisitor && <SelfItem me={me} />}
          {isVisitor && <Item to={paths.signIn()} also={paths.signUp()} icon="person" label="Sign in" phoneOnly />}
        </ul>
        {!isVisitor && (
          <ul className={styles.end}>
            {isOperator && <Item to={paths.ops()} also={paths.opsActs()} icon="shield" label="Operators" />}
            <Item to={paths.settings()} icon="settings" label="Settings" />
          </ul>
        )}
        {isVisitor && (
          <div className={styles.visitor}>
            <p>Share your photographs, follow people, see theirs.</p>
            <VisitorButtons />
          </div>
        )}
      </nav>
    </>
  )
}

function Wordmark() {
  return (
    <Link to={paths.home()} className={styles.wordmark} aria-label="MiniGram, home">
      <Mark />
      <span>MiniGram</span>
    </Link>
  )
}

/** What leads to where one already is would only be in the way. */
function VisitorButtons() {
  const [at] = useLocation()
  return (
    <div className={styles.buttons}>
      {at !== paths.signUp() && (
        <ButtonLink look="ink" to={paths.signUp()}>
          Create account
        </ButtonLink>
      )}
      {at !== paths.signIn() && <ButtonLink to={paths.signIn()}>Sign in</ButtonLink>}
    </div>
  )
}

type ItemProps = { to: string; also?: string; icon: IconName; label: string; phoneOnly?: boolean }

function Item({ to, also, icon, label, phoneOnly = false }: ItemProps) {
  const [at] = useLocation()
  const isHere = at === to || at === also
  return (
    <li className={phoneOnly ? styles.phoneOnly : undefined}>
      <Link
        to={to}
        className={styles.item}
        aria-current={isHere ? 'page' : undefined}
        onClick={isHere ? toTop : undefined}
      >
        <Icon name={icon} filled={isHere && icon === 'home'} />
        <span>{label}</span>
      </Link>
    </li>
  )
}

function UploadItem() {
  const [at] = useLocation()
  const sending = useUploads().filter((item) => item.state === 'waiting' || item.state === 'sending').length
  return (
    <li>
      <Link to={paths.upload()} className={styles.item} aria-current={at === paths.upload() ? 'page' : undefined}>
        <span className={styles.add}>
          <Icon name="add" size={18} />
        </span>
        <span>New photo</span>
        {sending > 0 && (
          <span className={styles.badge} role="status">
            {sending}
            <span className="visually-hidden"> being sent</span>
          </span>
        )}
      </Link>
    </li>
  )
}

function SelfItem({ me }: { me: OwnAccount | undefined }) {
  const [at] = useLocation()
  const to = me ? paths.profile(me.username) : paths.settings()
  return (
    <li>
      <Link to={to} className={styles.item} aria-current={me && at === to ? 'page' : undefined}>
        {me ? <Avatar account={me} size={24} /> : <Bone width={24} height={24} round />}
        <span>Profile</span>
      </Link>
    </li>
  )
}

/** Pressing where one already is goes to the top, as phones do it. */
function toTop(event: { preventDefault: () => void }): void {
  event.preventDefault()
  window.scrollTo({ top: 0, behavior: 'smooth' })
}
