import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { PASSWORD_MIN_CHARS } from '../../contract/limits.ts'
import { resetPassword } from '../api/accounts.ts'
import { sentence } from '../api/problem.ts'
import { AccountForm } from '../parts/account-form.tsx'
import { paths } from '../paths.ts'
import { PasswordField } from '../ui/password-field.tsx'
import { toast } from '../ui/toast.tsx'

/** Behind a one-time link. The token stands in the fragment, which no server and no log ever sees. */
export function ResetPage() {
  const [, navigate] = useLocation()
  const [token] = useState(() => location.hash.slice(1).replace(/^token=/, ''))
  const [password, setPassword] = useState('')
  const [isChecked, setChecked] = useState(false)
  const reset = useMutation({
    mutationFn: () => resetPassword(token, password),
    onSuccess: () => {
      toast('The new password is set. Sign in with it.')
      navigate(paths.signIn(), { replace: true })
    },
  })
  const missing = token ? undefined : 'This address lacks its token. Open the whole link that you were given.'
  return (
    <AccountForm
      title="Set a new password"
      lead="It signs out every device that is signed in now."
      action="Set password"
      busy={reset.isPending}
      error={missing ?? (reset.isError ? sentence(reset.error) : undefined)}
      onSubmit={() => {
        setChecked(true)
        if (token && password.length >= PASSWORD_MIN_CHARS) reset.mutate()
      }}
      foot={<Link to={paths.signIn()}>Back to signing in</Link>}
    >
      <PasswordField label="New password" value={password} showsError={isChecked} onChange={setPassword} />
    </AccountForm>
  )
}
