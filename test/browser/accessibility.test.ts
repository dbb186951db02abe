import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import { assertAccessible } from '../support/axe.ts'
import { FAILED_REQUEST, PHONE, sharedBrowser } from '../support/browser.ts'
import { publishesPhotos } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { jpeg } from '../support/pictures.ts'
import { newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()

let ann: Person
let newcomer: Person
let other: Person
let photoId: string
let signedIn: Page
let visitor: Page
let empty: Page

before(async () => {
  ann = await newPerson('axa')
  newcomer = await newPerson('axn')
  const [photo] = await publishesPhotos(ann, ['one to look at', 'another one'])
  photoId = photo?.id ?? assert.fail('no photo')
  await ann.send('PATCH', '/api/accounts/me', { displayName: 'Ann Lee', bio: 'Hills, mostly.' })
  await newcomer.send('PUT', `/api/photos/${photoId}/like`)
  await newcomer.send('POST', `/api/photos/${photoId}/comments`, { text: 'Where is this?' })
  await newcomer.send('PUT', `/api/accounts/${ann.username}/follow`)
  other = await newPerson('axe')
  const options = { viewport: PHONE, at: '/robots.txt', isKept: true, expects: FAILED_REQUEST }
  signedIn = await browser.visit(stack.lb, { ...options, as: ann })
  visitor = await browser.visit(stack.lb, options)
  empty = await browser.visit(stack.lb, { ...options, as: other })
  // unsent photos of one state are left for the next
  signedIn.on('dialog', (asked) => void asked.accept())
})

interface State {
  name: string
  page?: () => Page
  at: string | (() => string)
  /** Leads to the state and returns when it stands. */
  until: (page: Page) => Promise<unknown>
}

const broken = (route: Route) =>
  route.fulfill({ status: 500, json: { code: 'service.failed', title: 'Something failed', requestId: 'req-1' } })
const heading = (name: string | RegExp) => (page: Page) => page.getByRole('heading', { name }).waitFor()
const picture = (page: Page) => page.getByRole('img', { name: 'A colour that says one to look at' }).waitFor()
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name }).waitFor()
const profile = () => `/@${ann.username}`
const photo = () => `/photos/${photoId}`

const STATES: State[] = [
  { name: 'feed', at: '/', until: picture },
  {
    name: 'conversation in the feed',
    at: '/',
    until: async (page) => {
      await page.getByRole('button', { name: 'Comments, 1' }).click()
      await page.getByText('Where is this?').waitFor()
    },
  },
  {
    name: 'menu of a photo',
    at: photo,
    until: async (page) => {
      await page.getByRole('button', { name: 'More about this photo' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).waitFor()
    },
  },
  {
    name: 'edit of a photo',
    at: photo,
    until: async (page) => {
      await page.getByRole('button', { name: 'More about this photo' }).click()
      await page.getByRole('button', { name: 'Edit caption and description' }).click()
      await dialog(page, 'Edit photo')
    },
  },
  { name: 'photo', at: photo, until: (page) => page.getByText('Where is this?').waitFor() },
  { name: 'photo for a visitor', page: () => visitor, at: photo, until: picture },
  {
    name: 'likers',
    at: photo,
    until: async (page) => {
      await page.getByRole('button', { name: '1 person likes this' }).click()
      await page
        .getByRole('dialog')
        .getByRole('link', { name: new RegExp(newcomer.username) })
        .waitFor()
    },
  },
  { name: 'profile', at: profile, until: picture },
  { name: 'profile for a visitor', page: () => visitor, at: profile, until: picture },
  {
    name: 'followers',
    at: () => `${profile()}/followers`,
    until: (page) => page.getByRole('button', { name: /^Follow/ }).waitFor(),
  },
  { name: 'nobody followed', at: () => `${profile()}/following`, until: heading(/follows nobody yet/) },
  { name: 'explore', at: '/explore', until: (page) => page.getByRole('img').first().waitFor() },
  { name: 'home of a visitor', page: () => visitor, at: '/', until: (page) => page.getByRole('img').first().waitFor() },
  {
    name: 'search',
    at: () => `/search?q=${ann.username}`,
    until: (page) => page.getByText(`@${ann.username}`).waitFor(),
  },
  { name: 'settings', at: '/settings', until: (page) => page.getByText('This device').first().waitFor() },
  {
    name: 'deletion of the account',
    at: '/settings',
    until: async (page) => {
      await page.getByRole('button', { name: 'Delete my account…' }).click()
      await dialog(page, 'Delete your account?')
    },
  },
  {
    name: 'upload',
    at: '/upload',
    until: (page) => page.getByRole('button', { name: 'Choose photos' }).first().waitFor(),
  },
  {
    name: 'photos to publish, one refused',
    at: '/upload',
    until: async (page) => {
      const files = [
        { name: 'fine.jpg', mimeType: 'image/jpeg', buffer: await jpeg('fine') },
        { name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) },
      ]
      await page.getByLabel('Choose photos').last().setInputFiles(files)
      await page.getByRole('listitem', { name: 'empty.jpg' }).getByRole('alert').waitFor()
    },
  },
  {
    name: 'crop',
    at: '/upload',
    until: async (page) => {
      await page
        .getByLabel('Choose photos')
        .last()
        .setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await jpeg('a') })
      await page.getByRole('button', { name: 'Crop or rotate' }).first().click()
      await dialog(page, 'Crop or rotate')
    },
  },
  {
    name: 'a photo on its way',
    at: '/upload',
    until: async (page) => {
      const buffer = await jpeg('on its way')
      await page.getByLabel('Choose photos').last().setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer })
      await page.route('**/api/photos', () => undefined)
      await page.getByRole('button', { name: 'Publish photo' }).click()
      await page.getByRole('progressbar', { name: 'Sending a.jpg' }).waitFor()
      await page.unroute('**/api/photos')
    },
  },
  {
    name: 'a photo that went',
    at: '/upload',
    until: async (page) => {
      const buffer = await jpeg('went')
      await page.getByLabel('Choose photos').last().setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer })
      await page.getByRole('button', { name: 'Publish photo' }).click()
      await page.getByRole('link', { name: 'See it in your feed' }).waitFor()
    },
  },
  {
    name: 'a face being cut',
    at: '/settings',
    until: async (page) => {
      const buffer = await jpeg('face')
      await page.getByLabel('Profile picture').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer })
      await dialog(page, 'Your picture')
    },
  },
  {
    name: 'empty profile',
    page: () => empty,
    at: () => `/@${other.username}`,
    until: (page) => page.getByRole('link', { name: 'Share your first photo' }).waitFor(),
  },
  { name: 'nobody found', at: '/search?q=zzzzqqqqzz', until: heading(/^Nobody called/) },
  {
    name: 'deletion of a photo',
    at: photo,
    until: async (page) => {
      await page.getByRole('button', { name: 'More about this photo' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
      await dialog(page, 'Delete this photo?')
    },
  },
  { name: 'empty feed', page: () => empty, at: '/', until: heading('Your feed begins here') },
  { name: 'sign in', page: () => visitor, at: '/sign-in', until: (page) => page.getByLabel('Username').waitFor() },
  {
    name: 'sign up, not yet valid',
    page: () => visitor,
    at: '/sign-up',
    until: async (page) => {
      await page.locator('form').getByRole('button', { name: 'Create account' }).click()
      await page.getByRole('alert').first().waitFor()
    },
  },
  {
    name: 'reset',
    page: () => visitor,
    at: '/reset?token=x',
    until: (page) => page.getByRole('textbox').first().or(page.getByRole('heading')).first().waitFor(),
  },
  { name: 'settings without an account', page: () => visitor, at: '/settings', until: heading('Settings are yours') },
  { name: 'not found', page: () => visitor, at: '/nowhere', until: heading('This page is not here') },
  {
    name: 'failure',
    at: '/robots.txt',
    until: async (page) => {
      await page.route('**/api/explore', broken)
      await page.goto('/explore')
      await page.getByText('This did not work').waitFor()
      await page.unroute('**/api/explore')
    },
  },
  {
    name: 'feed whose next page did not come',
    at: '/robots.txt',
    until: async (page) => {
      const { items, viewer } = (await ann.get('/api/feed')).body
      const first = { items: items.slice(0, 1), viewer, nextCursor: 'bmV4dA' }
      await page.route('**/api/feed*', (route) =>
        route.request().url().includes('cursor') ? broken(route) : route.fulfill({ json: first }),
      )
      await page.goto('/')
      await page.getByText('The next photos did not arrive').waitFor()
      await page.unroute('**/api/feed*')
    },
  },
  {
    name: 'skeletons',
    at: '/robots.txt',
    until: async (page) => {
      await page.route('**/api/feed', () => undefined)
      await page.goto('/', { waitUntil: 'commit' })
      await page.getByRole('status').filter({ hasText: 'Loading your feed…' }).waitFor()
      await page.unroute('**/api/feed')
    },
  },
  {
    name: 'too fast',
    at: '/robots.txt',
    until: async (page) => {
      const headers = { 'retry-after': '60' }
      const json = { code: 'request.rate_limited', title: 'Too many requests' }
      await page.route('**/api/explore', (route) => route.fulfill({ status: 429, headers, json }))
      await page.goto('/explore')
      await page.getByRole('button', { name: /Try again in \d+ s/ }).waitFor()
      await page.unroute('**/api/explore')
    },
  },
  {
    name: 'read-only, with a toast',
    at: photo,
    until: async (page) => {
      const json = { code: 'service.no_primary', title: 'Nothing can be written' }
      await page.route('**/like', (route) => route.fulfill({ status: 503, json }))
      await page.route('**/health', () => undefined)
      await page.getByRole('button', { name: /^Like, / }).click()
      await page.getByText('Read-only at the moment').waitFor()
      await page.unroute('**/like')
      await page.unroute('**/health')
    },
  },
  {
    name: 'conversation that did not come',
    at: '/robots.txt',
    until: async (page) => {
      await page.route('**/comments', broken)
      await page.goto(photo())
      await page
        .getByRole('alert')
        .filter({ hasText: /Something failed.*req-1/s })
        .waitFor()
      await page.unroute('**/comments')
    },
  },
  {
    name: 'offline',
    at: '/explore',
    until: async (page) => {
      await page.getByRole('img').first().waitFor()
      await page.context().setOffline(true)
      await page.getByText('You are offline').waitFor()
      await page.context().setOffline(false)
    },
  },
]

for (const { name, page = () => signedIn, at, until } of STATES) {
  test(`${name}: axe has nothing to say, light or dark`, async () => {
    const shown = page()
    await shown.goto(typeof at === 'string' ? at : at())
    await until(shown)
    await assertAccessible(shown)
  })
}
