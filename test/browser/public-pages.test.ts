import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import sharp from 'sharp'
import { request } from 'undici'
import type { PhotoCard } from '../../src/contract/photos.ts'
import { PHONE, sharedBrowser } from '../support/browser.ts'
import { publishesPhoto } from '../support/gallery.ts'
import type { Person } from '../support/person.ts'
import { get, newPerson, stack } from '../support/stack.ts'

const browser = await sharedBrowser()
let ann: Person
let photo: PhotoCard

before(async () => {
  ann = await newPerson('pub')
  photo = await publishesPhoto(ann, 'Late light', { width: 1400, height: 900 })
})

const PAGES = ['/', '/explore', 'profile', 'photo'] as const
const addressOf = (page: (typeof PAGES)[number]) =>
  page === 'profile' ? `/@${ann.username}` : page === 'photo' ? `/photos/${photo.id}` : page

for (const name of PAGES) {
  test(`${name}: a link preview finds a title, a description and a picture that is there`, async () => {
    const address = addressOf(name)
    const { status, text } = await get(stack.lb + address)
    assert.equal(status, 200)
    const tags = text.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)" \/>/g)
    const meta = new Map([...tags].map(([, key = '', content = '']) => [key, content]))
    assert.match(text, /<title>.+ · MiniGram<\/title>/)
    for (const key of ['description', 'og:title', 'og:description', 'og:image:alt']) assert.ok(meta.get(key), key)
    assert.equal(meta.get('og:url'), stack.lb + address)
    const picture = await request(meta.get('og:image') ?? assert.fail('no picture'))
    assert.equal(picture.statusCode, 200)
    const { format, width, height } = await sharp(Buffer.from(await picture.body.arrayBuffer())).metadata()
    assert.equal(format, 'jpeg')
    assert.deepEqual([String(width), String(height)], [meta.get('og:image:width'), meta.get('og:image:height')])
  })
}

test('the policy of every page allows scripts and styles of this origin alone, and none within the page', async () => {
  for (const address of [...PAGES.map(addressOf), '/settings', '/upload', '/search', '/sign-in', '/nowhere']) {
    const { headers, text } = await get(stack.lb + address)
    const policy = String(headers['content-security-policy'])
    const sources = new Map(policy.split(';').map((part) => part.trim().split(/ (.*)/s) as [string, string]))
    for (const kind of ['default-src', 'script-src', 'style-src']) assert.equal(sources.get(kind), "'self'", address)
    for (const kind of ['object-src', 'base-uri', 'frame-ancestors']) assert.equal(sources.get(kind), "'none'", address)
    const code = text.replace(/<script type="application\/json".*?<\/script>/s, '')
    assert.doesNotMatch(code, /<script(?![^>]* src=)|<style|<[^>]* (?:style|on\w+)=/, address)
  }
})

test('a visitor’s page brings its data along, but not out of the browser’s history', async () => {
  const page = await browser.visit(stack.lb, { at: '/robots.txt', viewport: PHONE })
  let asked: string[] = []
  page.on('request', (request) => asked.push(request.url().replace(stack.lb, '')))
  const askedFor = (path: string) => asked.filter((url) => url === path).length
  for (const name of PAGES) {
    await page.goto(addressOf(name))
    await page.getByRole('img').first().waitFor()
    await page.waitForLoadState('networkidle')
    const rest = asked.filter((url) => url.startsWith('/api/') && !url.includes('cursor='))
    assert.deepEqual(rest, name === 'photo' ? [`/api/photos/${photo.id}/comments`] : [], name)
    asked = []
  }
  await page.goto('/robots.txt')
  await page.goBack()
  await page.getByRole('img').first().waitFor()
  assert.equal(askedFor(`/api/photos/${photo.id}`), 1)
})

test('what somebody slips into a page is neither run nor drawn, and the browser of the tests notices', async () => {
  const page = await browser.visit(stack.lb, { at: '/explore' })
  await page.getByRole('img').first().waitFor()
  await page.evaluate(`{
    const script = document.createElement('script')
    script.textContent = 'window.slippedIn = true'
    document.body.append(script)
    document.body.insertAdjacentHTML('beforeend', '<p style="color: red">')
  }`)
  assert.equal(await page.evaluate('window.slippedIn'), undefined)
  const reports = browser.errors.splice(0)
  for (const kind of ['script', 'style'])
    assert.ok(
      reports.some((report) => report.includes(`inline ${kind} violates the following Content Security Policy`)),
      `${kind}: ${reports.join('\n')}`,
    )
})

test('it can be installed: the manifest is one, and its icons have their sizes', async () => {
  const page = await browser.visit(stack.lb, { at: '/explore' })
  const session = await page.context().newCDPSession(page)
  const { url, errors, data = '' } = await session.send('Page.getAppManifest')
  assert.deepEqual(errors, [])
  const manifest = JSON.parse(data) as { display: string; icons: { src: string; sizes: string }[] }
  assert.equal(manifest.display, 'standalone')
  for (const { src, sizes } of manifest.icons) {
    const icon = await request(new URL(src, url))
    const { width, height } = await sharp(Buffer.from(await icon.body.arrayBuffer())).metadata()
    assert.equal(`${width}x${height}`, sizes)
  }
  assert.ok(manifest.icons.length > 0)
})
