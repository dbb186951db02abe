import { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from '../../contract/limits.ts'
import { Field } from './field.tsx'

type Props = { label: string; value: string; showsError: boolean; onChange: (password: string) => void }

/** A new password: length is all that is asked, as NIST advises. */
export function PasswordField({ label, value, showsError, onChange }: Props) {
  return (
    <Field
      label={label}
      name="new-password"
      type="password"
      autoComplete="new-password"
      required
      maxLength={PASSWORD_MAX_CHARS}
      value={value}
      hint={`At least ${PASSWORD_MIN_CHARS} characters; a few words are better than a riddle`}
      error={showsError && value.length < PASSWORD_MIN_CHARS ? `At least ${PASSWORD_MIN_CHARS} characters` : undefined}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
