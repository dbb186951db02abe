import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Redirect, useLocation, useSearchParams } from 'wouter'
import {
  DISPLAY_NAME_MAX_CHARS,
  PASSWORD_MIN_CHARS,
  USERNAME_MAX_CHARS,
  USERNAME_MIN_CHARS,
  USERNAME_PATTERN,
} from '../../contract/limits.ts'
import { ApiError, sentence } from '../api/problem.ts'
import { signUp, useMe } from '../api/session.ts'
import { AccountForm } from '../parts/account-form.tsx'
import { paths, safeNext } from '../paths.ts'
import { Field } from '../ui/field.tsx'
import { PasswordField } from '../ui/password-field.tsx'

const NAME_ERRORS = new Set(['account.username_taken', 'account.username_reserved'])

/** A new account: three lines, and one is in. */
export function SignUpPage() {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const next = safeNext(useSearchParams()[0].get('next'))
  const [given, setGiven] = useState({ username: '', displayName: '', password: '' })
  const [isChecked, setChecked] = useState(false)
  const me = useMe()
  const enter = useMutation({
    mutationFn: () => {
      const displayName = given.displayName.trim()
      return signUp(client, {
        username: given.username,
        password: given.password,
        ...(displayName ? { displayName } : {}),
      })
    },
    onSuccess: () => navigate(next, { replace: true }),
  })
  if (me && enter.isIdle) return <Redirect to={next} replace />
  const nameProblem = usernameProblem(given.username)
  const isShort = given.password.length < PASSWORD_MIN_CHARS
  const isNameRefused = enter.error instanceof ApiError && NAME_ERRORS.has(enter.error.code)
  return (
    <AccountForm
      title="Create an account"
      lead="A name and a password is all it takes."
      action="Create account"
      busy={enter.isPending}
      error={enter.isError && !isNameRefused ? sentence(enter.error) : undefined}
      onSubmit={() => {
        setChecked(true)
        if (!nameProblem && !isShort) enter.mutate()
      }}
      foot={
        <>
          Already here? <Link to={paths.signIn(next)}>Sign in</Link>
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
        value={given.username}
        hint="Letters, digits, dot and underscore"
        error={(isChecked && nameProblem) || (isNameRefused ? sentence(enter.error) : undefined)}
        onChange={(event) => {
          enter.reset()
          setGiven({ ...given, username: event.target.value.trim() })
        }}
      />
      <Field
        label="Name (optional)"
        name="name"
        autoComplete="name"
        dir="auto"
        maxLength={DISPLAY_NAME_MAX_CHARS}
        value={given.displayName}
        onChange={(event) => setGiven({ ...given, displayName: event.target.value })}
      />
      <PasswordField
        label="Password"
        value={given.password}
        showsError={isChecked}
        onChange={(password) => setGiven({ ...given, password })}
      />
    </AccountForm>
  )
}

function usernameProblem(username: string): string | undefined {
  if (username.length < USERNAME_MIN_CHARS) return `At least ${USERNAME_MIN_CHARS} characters`
  if (!new RegExp(USERNAME_PATTERN).test(username)) return 'Only letters, digits, dot and underscore'
  return undefined
}
