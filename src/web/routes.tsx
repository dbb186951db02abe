import { lazy } from 'react'
import { Route, Switch } from 'wouter'

const HomePage = lazy(() => import('./pages/home.tsx').then((m) => ({ default: m.HomePage })))
const ExplorePage = lazy(() => import('./pages/explore.tsx').then((m) => ({ default: m.ExplorePage })))
const PhotoPage = lazy(() => import('./pages/photo.tsx').then((m) => ({ default: m.PhotoPage })))
const ProfilePage = lazy(() => import('./pages/profile.tsx').then((m) => ({ default: m.ProfilePage })))
const FollowersPage = lazy(() => import('./pages/follows.tsx').then((m) => ({ default: m.FollowersPage })))
const FollowingPage = lazy(() => import('./pages/follows.tsx').then((m) => ({ default: m.FollowingPage })))
const SearchPage = lazy(() => import('./pages/search.tsx').then((m) => ({ default: m.SearchPage })))
const UploadPage = lazy(() => import('./pages/upload.tsx').then((m) => ({ default: m.UploadPage })))
const SettingsPage = lazy(() => import('./pages/settings.tsx').then((m) => ({ default: m.SettingsPage })))
const SignInPage = lazy(() => import('./pages/sign-in.tsx').then((m) => ({ default: m.SignInPage })))
const SignUpPage = lazy(() => import('./pages/sign-up.tsx').then((m) => ({ default: m.SignUpPage })))
const ResetPage = lazy(() => import('./pages/reset.tsx').then((m) => ({ default: m.ResetPage })))
const OpsReportsPage = lazy(() => import('./pages/ops-reports.tsx').then((m) => ({ default: m.OpsReportsPage })))
const OpsActsPage = lazy(() => import('./pages/ops-acts.tsx').then((m) => ({ default: m.OpsActsPage })))
const OpsPhotoPage = lazy(() => import('./pages/ops-photo.tsx').then((m) => ({ default: m.OpsPhotoPage })))
const OpsAccountPage = lazy(() => import('./pages/ops-account.tsx').then((m) => ({ default: m.OpsAccountPage })))
const NotFoundPage = lazy(() => import('./pages/not-found.tsx').then((m) => ({ default: m.NotFoundPage })))

/** The one map of the web UI; addresses are built in paths.ts. Pages get their parameters from the address alone. */
export function Routes() {
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/explore" component={ExplorePage} />
      <Route path="/search" component={SearchPage} />
      <Route path="/upload" component={UploadPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/sign-in" component={SignInPage} />
      <Route path="/sign-up" component={SignUpPage} />
      <Route path="/reset" component={ResetPage} />
      <Route path="/photos/:id">{({ id }) => <PhotoPage key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path={/^\/@([A-Za-z0-9_.]+)\/?$/}>
        {({ 0: name = '' }) => <ProfilePage key={name} username={name} />}
      </Route>
      <Route path={/^\/@([A-Za-z0-9_.]+)\/followers$/}>{({ 0: name = '' }) => <FollowersPage username={name} />}</Route>
      <Route path={/^\/@([A-Za-z0-9_.]+)\/following$/}>{({ 0: name = '' }) => <FollowingPage username={name} />}</Route>
      <Route path="/ops" component={OpsReportsPage} />
      <Route path="/ops/acts" component={OpsActsPage} />
      <Route path="/ops/photos/:id">{({ id }) => <OpsPhotoPage key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/ops/accounts/:name">
        {({ name }) => <OpsAccountPage key={name} username={decodeURIComponent(name)} />}
      </Route>
      <Route component={NotFoundPage} />
    </Switch>
  )
}
