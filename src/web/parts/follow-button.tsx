import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { setFollow } from '../api/accounts.ts'
import { Button } from '../ui/button.tsx'
import { toastRefusal } from './refusal.ts'
import { useRequireAccount } from './require-account.ts'

/** Tells its state, changes at once, goes back when the server refuses. */
export function FollowButton({
  username,
  follows,
  wide = false,
}: {
  username: string
  follows: boolean
  wide?: boolean
}) {
  const client = useQueryClient()
  const requireAccount = useRequireAccount()
  const [wanted, setWanted] = useState<boolean>()
  const change = useMutation({
    // in turn: whoever taps twice means the second tap
    scope: { id: `follow ${username}` },
    mutationFn: (next: boolean) => setFollow(client, username, next),
    onMutate: setWanted,
    onError: (error, next) => {
      setWanted(undefined)
      toastRefusal(error, next ? `You do not follow @${username} yet.` : `You still follow @${username}.`)
    },
  })
  const shown = wanted ?? follows
  return (
    <Button
      look={shown ? 'plain' : 'ink'}
      wide={wide}
      aria-pressed={shown}
      onClick={() => requireAccount(() => change.mutate(!shown))}
    >
      {shown ? 'Following' : 'Follow'}
      <span className="visually-hidden"> {username}</span>
    </Button>
  )
}
