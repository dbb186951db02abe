import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useLocation } from 'wouter'
import { call } from '../api/client.ts'
import { sentence } from '../api/problem.ts'
import { forgetEverything } from '../api/session.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogEnd } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { toast } from '../ui/toast.tsx'
import { Section } from './section.tsx'

/** The way out; asks for the username to be typed. */
export function DeleteSection({ username }: { username: string }) {
  const [isAsking, setAsking] = useState(false)
  return (
    <Section title="Delete account" lead="Removes your photos, comments, likes and followers, everywhere and for good.">
      <div>
        <Button onClick={() => setAsking(true)}>Delete my account…</Button>
      </div>
      {isAsking && <Confirm username={username} onClose={() => setAsking(false)} />}
    </Section>
  )
}

function Confirm({ username, onClose }: { username: string; onClose: () => void }) {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => call('DELETE', '/api/accounts/me'),
    onSuccess: () => {
      forgetEverything(client)
      toast('Your account is deleted')
      navigate(paths.home(), { replace: true })
    },
  })
  const isMeant = typed.trim().toLowerCase() === username.toLowerCase()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isMeant && !remove.isPending) remove.mutate()
  }
  return (
    <Dialog title="Delete your account?" onClose={onClose}>
      <p>Everything you shared disappears within moments. Nobody can bring it back, not even who runs this server.</p>
      <form onSubmit={submit}>
        <Field
          label={`Type ${username} to confirm`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={typed}
          error={remove.isError ? sentence(remove.error) : undefined}
          onChange={(event) => setTyped(event.target.value)}
        />
        <DialogEnd>
          <Button onClick={onClose}>Keep my account</Button>
          <Button look="accent" type="submit" disabled={!isMeant} busy={remove.isPending}>
            Delete account
          </Button>
        </DialogEnd>
      </form>
    </Dialog>
  )
}
