import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page, Request } from 'playwright-core'
import sharp from 'sharp'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { UPLOAD_MAX_BYTES } from '../../src/contract/limits.ts'
import { FAILED_REQUEST, PHONE, screenshot, sharedBrowser, untilTrue } from '../support/browser.ts'
import { PASSWORD, type Person } from '../support/person.ts'
import { jpeg } from '../support/pictures.ts'
import { newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let ann: Person

before(async () => {
  ann = await newPerson('upl')
})

const opensUpload = (expects?: RegExp) =>
  browser.visit(stack.lb, { as: ann, at: '/upload', ...(expects ? { expects } : {}) })
const file = async (name: string, size?: { width: number; height: number }) => ({
  name,
  mimeType: 'image/jpeg',
  buffer: await jpeg(`${name} ${Math.random()}`, size),
})

async function chooses(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await page.getByLabel('Choose photos').last().setInputFiles(files)
}

/** The photos of this browser's uploads, as the server answered them. */
function answersOf(page: Page): Promise<PhotoCard>[] {
  const answers: Promise<PhotoCard>[] = []
  page.on('response', (response) => {
    if (isUpload(response.request()) && response.status() === 201) answers.push(response.json())
  })
  return answers
}

const isUpload = (request: Request) => request.method() === 'POST' && request.url().endsWith('/api/photos')
const publish = (page: Page) => page.getByRole('button', { name: /^Publish/ }).click()

test('a picture is cut to a square, turned, and sent as it is seen', async () => {
  const page = await opensUpload()
  const answers = answersOf(page)
  await chooses(page, await file('wide.jpg', { width: 900, height: 600 }))
  await page.getByRole('button', { name: 'Crop or rotate' }).click()
  const dialog = page.getByRole('dialog', { name: 'Crop or rotate' })
  await dialog.getByRole('button', { name: 'Rotate' }).click()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Crop or rotate' }).click()
  await dialog.getByText('Square').click()
  await dialog.getByRole('slider', { name: 'Zoom' }).fill('2')
  const frame = dialog.getByRole('group', { name: /arrow keys move it/ })
  await frame.focus()
  await page.keyboard.press('ArrowLeft')
  await screenshot(page, 'upload-crop')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await publish(page)
  await page.getByRole('link', { name: 'See the photo' }).waitFor()
  const [photo] = await Promise.all(answers)
  assert.deepEqual(
    [photo?.width, photo?.height],
    [300, 300],
    'half of the short side, once it was turned and cut square',
  )
})

test('what cannot be published says why before anything is sent', async () => {
  const page = await opensUpload()
  const sent: string[] = []
  page.on('request', (request) => isUpload(request) && sent.push(request.url()))
  await chooses(
    page,
    { name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) },
    { name: 'clip.mp4', mimeType: 'video/mp4', buffer: Buffer.from('film') },
    { name: 'letter.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-') },
  )
  // made where it is needed: 20 MB on the wire to the browser would be most of this test
  await page.evaluate(`{
    const data = new DataTransfer()
    data.items.add(new File([new Uint8Array(${UPLOAD_MAX_BYTES} + 1)], 'huge.png', { type: 'image/png' }))
    const input = document.querySelector('input[type=file]')
    input.files = data.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }`)
  for (const [name, reason] of [
    ['empty.jpg', /empty/],
    ['clip.mp4', /video/],
    ['letter.pdf', /not a picture/],
    ['huge.png', /more than the 20\sMB/],
  ] as const)
    await page.getByRole('listitem', { name }).getByRole('alert').filter({ hasText: reason }).waitFor()
  const long = await sharp({ create: { width: 17_000, height: 20, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  await chooses(page, { name: 'long.png', mimeType: 'image/png', buffer: long })
  await page
    .getByRole('listitem', { name: 'long.png' })
    .getByText(/17000 pixels/)
    .waitFor()
  assert.equal(await page.getByRole('button', { name: /^Publish/ }).count(), 0)
  assert.deepEqual(sent, [])
})

test('HEIC says quietly that it is published whole', async () => {
  const page = await opensUpload()
  await chooses(page, { name: 'phone.heic', mimeType: 'image/heic', buffer: Buffer.from('ftypheic') })
  await page.getByText('HEIC cannot be cropped here').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Crop or rotate' }).count(), 0)
})

test('several photos go one after the other, each with its own words', async () => {
  const page = await opensUpload()
  const answers = answersOf(page)
  await chooses(page, await file('one.jpg'), await file('two.jpg'), await file('three.jpg'))
  await untilTrue(page, "[...document.querySelectorAll('main li img')].every((img) => img.naturalWidth > 0)")
  await page.getByRole('listitem', { name: 'two.jpg' }).getByLabel('Caption').fill('The second')
  await page.getByRole('listitem', { name: 'two.jpg' }).getByLabel('Description').fill('A colour')
  await page.getByRole('button', { name: 'Remove three.jpg' }).click()
  await page.getByRole('button', { name: 'Publish 2 photos' }).click()
  await page.getByRole('link', { name: 'See it in your feed' }).waitFor()
  const photos = await Promise.all(answers)
  assert.deepEqual(
    photos.map(({ caption, altText }) => [caption, altText]),
    [
      ['', ''],
      ['The second', 'A colour'],
    ],
  )
})

test('a lost connection is made good with the same key, and one photo comes of it', async () => {
  const page = await opensUpload(/CONTENT_LENGTH_MISMATCH/)
  const keys: (string | undefined)[] = []
  page.on('request', (request) => isUpload(request) && keys.push(request.headers()['idempotency-key']))
  browser.loseAnswer(page, '/api/photos')
  const before = (await ann.get(`/api/accounts/${ann.username}`)).body.photoCount
  await chooses(page, await file('lost.jpg'))
  await publish(page)
  await page.getByText('trying again by itself').waitFor()
  await page.getByRole('link', { name: 'See the photo' }).waitFor()
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
  assert.equal((await ann.get(`/api/accounts/${ann.username}`)).body.photoCount, before + 1)
})

test('a server that failed is asked again by a click, with the same key', async () => {
  const page = await opensUpload(/status of 500/)
  const keys: (string | undefined)[] = []
  page.on('request', (request) => isUpload(request) && keys.push(request.headers()['idempotency-key']))
  await page.route('**/api/photos', (route) => route.fulfill({ status: 500, json: { code: 'service.failed' } }))
  await chooses(page, await file('again.jpg'))
  await publish(page)
  const item = page.getByRole('listitem', { name: 'again.jpg' })
  await item.getByRole('alert').waitFor()
  await page.unroute('**/api/photos')
  await item.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('link', { name: 'See the photo' }).waitFor()
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
})

test('without a connection photos wait, and go when it is back', async () => {
  const page = await opensUpload()
  await chooses(page, await file('offline.jpg'))
  await page.context().setOffline(true)
  await page.getByText('You are offline').waitFor()
  await publish(page)
  await page.getByText('Waiting for its turn').waitFor()
  await page.context().setOffline(false)
  await page.getByRole('link', { name: 'See the photo' }).waitFor()
  assert.equal(await page.getByText('You are offline').count(), 0)
})

test('a photo on its way shows how far it is and can be cancelled', async () => {
  const page = await opensUpload()
  await page.route('**/api/photos', () => undefined)
  await chooses(page, await file('slow.jpg'))
  await publish(page)
  await page.getByRole('progressbar', { name: 'Sending slow.jpg' }).waitFor()
  await page.getByRole('button', { name: 'Cancel slow.jpg' }).click()
  await page.getByRole('listitem', { name: 'slow.jpg' }).waitFor({ state: 'detached' })
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

test('a picture that the server refuses says why', async () => {
  const page = await opensUpload(/status of 415/)
  await chooses(page, { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture') })
  await publish(page)
  await page.getByRole('listitem', { name: 'broken.jpg' }).getByRole('alert').waitFor()
})

test('leaving with unsent photos asks first; without any it does not', async () => {
  const page = await opensUpload()
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  await page.reload()
  assert.deepEqual(asked, [])
  await chooses(page, await file('unsent.jpg'))
  // browsers ask only who has touched the page
  await page.getByLabel('Caption').fill('Not yet')
  await page.reload()
  assert.deepEqual(asked, ['beforeunload'])
})

test('photos are dropped or pasted', async () => {
  const page = await opensUpload()
  const bytes = [...(await jpeg('dropped'))]
  await page.getByRole('button', { name: 'Choose photos' }).first().waitFor()
  await page.evaluate(`{
    const give = (type, name) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array([${bytes.join()}])], name, { type: 'image/jpeg' }))
      const event = type === 'paste'
        ? new ClipboardEvent(type, { clipboardData: data, bubbles: true })
        : new DragEvent(type, { dataTransfer: data, bubbles: true })
      document.body.dispatchEvent(event)
    }
    give('drop', 'dropped.jpg')
    give('paste', 'pasted.jpg')
  }`)
  await page.getByRole('listitem', { name: 'dropped.jpg' }).waitFor()
  await page.getByRole('listitem', { name: 'pasted.jpg' }).waitFor()
})

test('when the session ends, unsent photos wait for who chose them, and for nobody else', async () => {
  const page = await opensUpload(FAILED_REQUEST)
  const item = page.getByRole('listitem', { name: 'mine.jpg' })
  await chooses(page, await file('mine.jpg'))
  await item.getByLabel('Caption').fill('Not for others')
  const ends = async () => {
    await page.evaluate("fetch('/api/sessions/current', { method: 'DELETE' }).then(() => undefined)")
    await publish(page)
    await page.getByRole('heading', { name: 'Share your photographs' }).waitFor()
  }
  const signsIn = async ({ username }: Person) => {
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('Username').fill(username)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'New photo' }).waitFor()
  }
  await ends()
  await signsIn(ann)
  assert.equal(await item.getByLabel('Caption').inputValue(), 'Not for others')
  await ends()
  await signsIn(await newPerson('upo'))
  await page.getByText('Drop photos here').waitFor()
  assert.equal(await item.count(), 0)
})

test('on a phone the camera is offered, and the queue goes on while one looks around', async () => {
  const as = await newPerson('upc')
  const page = await browser.visit(stack.lb, { as, at: '/upload', viewport: PHONE, phonePixelRatio: 2 })
  await page.getByRole('button', { name: 'Take a photo' }).first().waitFor()
  assert.equal(await page.getByLabel('Take a photo').last().getAttribute('capture'), 'environment')
  await chooses(page, await file('walk.jpg'))
  let release = () => undefined as void
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/api/photos', async (route) => {
    await held
    await route.fallback()
  })
  await publish(page)
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await page.getByText('being sent').waitFor()
  release()
  await page.getByText('being sent').waitFor({ state: 'detached' })
})
