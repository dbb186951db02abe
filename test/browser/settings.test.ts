import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { screenshot, sharedBrowser, type VisitOptions } from '../support/browser.ts'
import { PASSWORD, type Person } from '../support/person.ts'
import { jpeg } from '../support/pictures.ts'
import { minigram, newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let ann: Person

before(async () => {
  ann = await newPerson('set')
})

const opens = (as = ann, options: VisitOptions = {}) => browser.visit(stack.lb, { as, at: '/settings', ...options })

test('name and words change and are seen on the profile', async () => {
  const page = await opens()
  const save = page.getByRole('button', { name: 'Save profile' })
  await page.getByLabel('Name').waitFor()
  assert.ok(await save.isDisabled(), 'nothing to save yet')
  await page.getByLabel('Name').fill('Ann Lee')
  await page.getByLabel('About you').fill('Hills, mostly.')
  await save.click()
  await page.getByText('Profile saved').waitFor()
  await page.getByRole('link', { name: 'Profile', exact: true }).click()
  await page.getByText('Hills, mostly.').waitFor()
})

test('a face is cut round before it is sent, and can be removed', async () => {
  const page = await opens()
  const buffer = await jpeg('face', { width: 800, height: 500 })
  await page.getByLabel('Profile picture').setInputFiles({ name: 'face.jpg', mimeType: 'image/jpeg', buffer })
  const dialog = page.getByRole('dialog', { name: 'Your picture' })
  await dialog.getByRole('button', { name: 'Rotate' }).waitFor()
  await screenshot(page, 'settings-face')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByText('That is you now').waitFor()
  assert.match((await ann.get('/api/accounts/me')).body.avatar, /256\.webp$/)
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Picture removed').waitFor()
})

test('the theme holds, also for the next page', async () => {
  const page = await opens()
  await page.getByText('Dark', { exact: true }).click()
  const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
  assert.equal(await ground(), 'rgb(17, 17, 17)')
  await page.goto('/explore')
  assert.equal(await ground(), 'rgb(17, 17, 17)')
})

test('another password signs out every other device, and only it opens the account from then on', async () => {
  const bob = await newPerson('pwd')
  const other = await opens(bob, { expects: /status of 401/ })
  const signedIn = await bob.send('POST', '/api/sessions', { username: bob.username, password: PASSWORD })
  const page = await opens({ ...bob, token: signedIn.body.token }, { expects: /status of 403/ })
  await other.getByRole('heading', { name: 'Devices' }).waitFor()
  await page.getByLabel('Current password').fill('not this one')
  await page.getByLabel('New password').fill('a quite different phrase')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByRole('alert').filter({ hasText: 'The current password is wrong' }).waitFor()
  await page.getByLabel('Current password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('Password changed. All other devices are signed out.').waitFor()
  assert.equal((await bob.get('/api/accounts/me')).status, 401)
  await other.reload()
  await other.getByRole('heading', { name: 'Settings are yours' }).waitFor()
  const again = await bob.send('POST', '/api/sessions', {
    username: bob.username,
    password: 'a quite different phrase',
  })
  assert.equal(again.status, 201)
})

test('who forgot the password sets another behind a link, once', async () => {
  const flo = await newPerson('for')
  const { code, stdout } = await minigram('account', 'reset', flo.username, '--origin', stack.lb)
  assert.equal(code, 0)
  const page = await browser.visit(stack.lb, { at: stdout.trim(), expects: /status of 4\d\d/ })
  await page.getByLabel('New password').fill('short')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page
    .getByRole('alert')
    .filter({ hasText: /At least/ })
    .waitFor()
  await page.getByLabel('New password').fill('remembered from now on')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByText('The new password is set').waitFor()
  await page.getByLabel('Username').fill(flo.username)
  await page.getByLabel('Password', { exact: true }).fill('remembered from now on')
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Home', exact: true }).waitFor()
  await page.goto('/robots.txt')
  await page.goto(stdout.trim())
  await page.getByLabel('New password').fill('another one once more')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByRole('alert').waitFor()
})

test('a name that is taken is said beside the name', async () => {
  const page = await browser.visit(stack.lb, { at: '/sign-up', expects: /status of 409/ })
  await page.getByLabel('Username').fill(ann.username.toUpperCase())
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.locator('form').getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('alert').filter({ hasText: /taken/ }).waitFor()
  assert.equal(await page.getByLabel('Username').getAttribute('aria-invalid'), 'true')
})

test('a device is signed out from another', async () => {
  const cleo = await newPerson('dev')
  await cleo.send(
    'POST',
    '/api/sessions',
    { username: cleo.username, password: PASSWORD },
    { 'user-agent': 'Mozilla/5.0 (iPhone) Safari/1' },
  )
  const page = await opens(cleo)
  await page.getByText('This device', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Sign out Safari on iPhone' }).click()
  await page.getByText('Safari on iPhone').waitFor({ state: 'detached' })
})

test('signing out leaves nothing of the person in the page', async () => {
  const dora = await newPerson('out')
  const page = await opens(dora)
  await page.getByRole('link', { name: 'New photo' }).click()
  const unsent = { name: `${dora.username}.jpg`, mimeType: 'image/jpeg', buffer: await jpeg('unsent') }
  await page.getByLabel('Choose photos').last().setInputFiles(unsent)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('link', { name: 'Create account' }).first().waitFor()
  assert.equal(await page.getByText(dora.username).count(), 0)
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  await page.reload()
  assert.deepEqual(asked, [])
  assert.equal((await dora.get('/api/accounts/me')).status, 401)
})

test('deleting the account asks for its name, and then it is gone', async () => {
  const eve = await newPerson('del')
  const page = await opens(eve, { expects: /status of 404/ })
  await page.getByRole('button', { name: 'Delete my account…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' })
  const button = dialog.getByRole('button', { name: 'Delete account' })
  assert.ok(await button.isDisabled())
  await dialog.getByLabel(`Type ${eve.username} to confirm`).fill(eve.username.toUpperCase())
  await button.click()
  await page.getByText('Your account is deleted').waitFor()
  await page.goto(`/@${eve.username}`)
  await page.getByRole('heading', { name: `@${eve.username} is not here` }).waitFor()
})
