import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Redirect, useLocation, useSearchParams } from 'wouter'
import { USERNAME_MAX_CHARS } from '../../contract/limits.ts'
import { ApiError, sentence } from '../api/problem.ts'
import { signIn, useMe } from '../api/session.ts'
import { AccountForm } from '../parts/account-form.tsx'
import { paths, safeNext } from '../paths.ts'
import { Field } from '../ui/field.tsx'

/** Back into one's account. */
export function SignInPage() {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const next = safeNext(useSearchParams()[0].get('next'))
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const me = useMe()
  const enter = useMutation({
    mutationFn: () => signIn(client, { username: username.trim(), password }),
    onSuccess: () => navigate(next, { replace: true }),
  })
  if (me && enter.isIdle) return <Redirect to={next} replace />
  return (
    <AccountForm
      title="Welcome back"
      lead="Sign in to your account."
      action="Sign in"
      busy={enter.isPending}
      error={enter.isError ? told(enter.error) : undefined}
      onSubmit={() => enter.mutate()}
      foot={
        <>
          New here? <Link to={paths.signUp(next)}>Create an account</Link>
        </>
      }
    >
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        autoFocus
        maxLength={USERNAME_MAX_CHARS}
        value={username}
        onChange={(event) => setUsername(event.target.value)}
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </AccountForm>
  )
}

function told(error: unknown): string {
  if (error instanceof ApiError && error.is('session.wrong_credentials'))
    return 'Username and password do not belong together. Who runs this MiniGram can send a reset link.'
  return sentence(error)
}
