import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { PASSWORD_MIN_CHARS } from '../../contract/limits.ts'
import { changePassword } from '../api/accounts.ts'
import { sentence } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { PasswordField } from '../ui/password-field.tsx'
import { toast } from '../ui/toast.tsx'
import { Section } from './section.tsx'

/** A new password signs out every other device. */
export function PasswordSection({ username }: { username: string }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [isChecked, setChecked] = useState(false)
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      setChecked(false)
      toast('Password changed. All other devices are signed out.')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (current && next.length >= PASSWORD_MIN_CHARS && !change.isPending) change.mutate()
  }
  return (
    <Section title="Password" lead="Changing it signs out all your other devices.">
      <form onSubmit={submit} noValidate>
        {/* tells password managers whose password it is */}
        <input hidden readOnly name="username" autoComplete="username" value={username} />
        <Field
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={current}
          error={
            change.isError ? sentence(change.error) : isChecked && !current ? 'Needed, to be sure it is you' : undefined
          }
          onChange={(event) => {
            change.reset()
            setCurrent(event.target.value)
          }}
        />
        <PasswordField label="New password" value={next} showsError={isChecked} onChange={setNext} />
        <div>
          <Button type="submit" busy={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  )
}
