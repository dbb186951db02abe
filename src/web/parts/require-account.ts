import { useLocation } from 'wouter'
import { useMe } from '../api/session.ts'
import { paths } from '../paths.ts'

/** Wraps something that only a signed-in person can do: visitors are led to sign in and come back here. */
export function useRequireAccount(): (action: () => void) => void {
  const me = useMe()
  const [, navigate] = useLocation()
  return (action) => {
    if (me) action()
    else navigate(paths.signIn(location.pathname + location.search))
  }
}
