import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { OwnAccount } from '../../contract/accounts.ts'
import { BIO_MAX_CHARS, DISPLAY_NAME_MAX_CHARS } from '../../contract/limits.ts'
import { editMe } from '../api/accounts.ts'
import { sentence } from '../api/problem.ts'
import { Button } from '../ui/button.tsx'
import { AreaField, Field } from '../ui/field.tsx'
import { toast } from '../ui/toast.tsx'
import { Face } from './face.tsx'
import { Section } from './section.tsx'

/** Face, name and a few words. */
export function ProfileSection({ me }: { me: OwnAccount }) {
  const client = useQueryClient()
  const [displayName, setDisplayName] = useState(me.displayName)
  const [bio, setBio] = useState(me.bio)
  const save = useMutation({
    mutationFn: () => editMe(client, { displayName: displayName.trim(), bio: bio.trim() }),
    onSuccess: () => toast('Profile saved'),
  })
  const isChanged = displayName.trim() !== me.displayName || bio.trim() !== me.bio
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isChanged && !save.isPending) save.mutate()
  }
  return (
    <Section title="Profile" lead={`This is how people see @${me.username}.`}>
      <Face me={me} />
      <form onSubmit={submit}>
        <Field
          label="Name"
          autoComplete="name"
          dir="auto"
          maxLength={DISPLAY_NAME_MAX_CHARS}
          value={displayName}
          onChange={(event) => setDisplayName(event.target.value)}
        />
        <AreaField
          label="About you"
          dir="auto"
          rows={3}
          maxLength={BIO_MAX_CHARS}
          value={bio}
          error={save.isError ? sentence(save.error) : undefined}
          onChange={(event) => setBio(event.target.value)}
        />
        <div>
          <Button look="ink" type="submit" disabled={!isChanged} busy={save.isPending}>
            Save profile
          </Button>
        </div>
      </form>
    </Section>
  )
}
