import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientAddress, eventually, get, newPerson, somePhoto, stack } from '../support/stack.ts'

/** Not kept for minutes in the first half minute of redis-main, nor while a change is on its way. */
async function untilKept(path: string): Promise<string> {
  return eventually(`${path} is kept`, 45_000, async () => {
    const { headers } = await get(stack.lb + path)
    return /lb; hit/.test(String(headers['cache-status'])) ? String(headers.etag) : null
  })
}

test('visitors get a photo’s page from NGINX, and a deletion is seen by the very next of them', async () => {
  const ann = await newPerson('ann')
  const { body: photo } = await ann.uploads('/api/photos', await somePhoto())
  const path = `/api/photos/${photo.id}`
  await eventually('the photo is ready', 30_000, async () =>
    (await ann.get(path)).body.status === 'ready' ? true : null,
  )
  const pages = [path, `${path}/comments`, `/api/accounts/${ann.username}`, `/api/accounts/${ann.username}/photos`]
  for (const page of pages) await untilKept(page)
  const etag = await untilKept(path)
  const unchanged = await get(stack.lb + path, clientAddress(), { 'if-none-match': etag })
  assert.equal(unchanged.status, 304)
  assert.equal((await get(stack.lb + path)).headers['set-cookie'], undefined)
  assert.equal((await ann.get(path)).headers.get('cache-control'), 'private, no-store')

  await ann.send('PATCH', path, { caption: 'another' })
  assert.equal(JSON.parse((await get(stack.lb + path)).text).caption, 'another')
  await ann.send('POST', `${path}/comments`, { text: 'first' })
  assert.equal(JSON.parse((await get(`${stack.lb}${path}/comments`)).text).items.length, 1)
  for (const page of pages) await untilKept(page)

  assert.equal((await ann.send('DELETE', path)).status, 204)
  assert.equal((await get(stack.lb + path)).status, 410)
  assert.equal((await get(`${stack.lb}${path}/comments`)).status, 410)
  assert.deepEqual(JSON.parse((await get(`${stack.lb}/api/accounts/${ann.username}/photos`)).text).items, [])
})

test('a budget is the client’s: two behind one proxy have two, and a forged address buys nothing', async () => {
  const ask = async (address: string, headers: Record<string, string> = {}) => {
    const answer = await get(`${stack.lb}/api/search/accounts?q=ann`, address, headers)
    assert.equal(answer.status, 200)
    return Number(/"read";r=(\d+)/.exec(String(answer.headers.ratelimit))?.[1])
  }
  const [one, other] = [clientAddress(), clientAddress()]
  const whole = await ask(one)
  const spent = await Promise.all(Array.from({ length: 30 }, () => ask(one, { 'x-forwarded-for': '127.9.9.9' })))
  // Three app servers count, and tell each other within a second or two.
  assert.ok(Math.min(...spent) <= whole - 5, `${whole} before, ${Math.min(...spent)} after 30 calls under another name`)
  assert.ok((await ask(other)) >= whole, 'the other pays for none of it')
})
