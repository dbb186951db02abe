import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { signOut, useMe } from '../api/session.ts'
import { toastRefusal } from '../parts/refusal.ts'
import { Page } from '../parts/page.tsx'
import { SignedOutState } from '../parts/states.tsx'
import { UntilKnown } from '../parts/until-known.tsx'
import { paths } from '../paths.ts'
import { DataSection } from '../settings/data-section.tsx'
import { DeleteSection } from '../settings/delete-section.tsx'
import { DevicesSection } from '../settings/devices-section.tsx'
import { HiddenSection } from '../settings/hidden-section.tsx'
import { PasswordSection } from '../settings/password-section.tsx'
import { ProfileSection } from '../settings/profile-section.tsx'
import { Section } from '../settings/section.tsx'
import { ThemeSection } from '../settings/theme-section.tsx'
import { Button } from '../ui/button.tsx'
import { Bone } from '../ui/skeleton.tsx'

/** One's own account, section by section; each lives in src/web/settings. */
export function SettingsPage() {
  const me = useMe()
  return (
    <Page title="Settings" width="narrow" heading={me !== null}>
      {me === undefined && (
        <UntilKnown>
          <Bone height={240} />
        </UntilKnown>
      )}
      {me === null && (
        <SignedOutState title="Settings are yours">Sign in to change your profile, password or devices.</SignedOutState>
      )}
      {me && (
        <>
          <ProfileSection key={me.id} me={me} />
          <ThemeSection />
          <PasswordSection username={me.username} />
          <DevicesSection />
          <SignOutSection />
          <HiddenSection />
          <DataSection />
          <DeleteSection username={me.username} />
        </>
      )}
    </Page>
  )
}

function SignOutSection() {
  const client = useQueryClient()
  const [, navigate] = useLocation()
  const leave = () =>
    signOut(client).then(
      () => navigate(paths.home()),
      (error: unknown) => toastRefusal(error, 'You are still signed in.'),
    )
  return (
    <Section title="This device">
      <div>
        <Button onClick={() => void leave()}>Sign out</Button>
      </div>
    </Section>
  )
}
