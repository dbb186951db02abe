import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenTarget, isLoopback, originOf, stackTarget } from './target.ts'

const wishes = { url: 'http://127.0.0.1:8080', edgeUrl: undefined, edgeSecret: undefined, isOwn: false }

test('another host is refused until somebody says that it is theirs', () => {
  for (const url of [
    'http://192.0.2.7',
    'https://photos.example.org',
    'http://localhost.example.org',
    'http://10.0.0.1',
  ])
    assert.throws(() => chosenTarget({ ...wishes, url }), /--i-own-this-host/, url)
  assert.equal(chosenTarget({ ...wishes, url: 'http://192.0.2.7', isOwn: true }).lb.host, '192.0.2.7')
})

test('an edge elsewhere is refused too', () => {
  assert.throws(() => chosenTarget({ ...wishes, edgeUrl: 'https://cdn.example.org' }), /cdn\.example\.org/)
})

test('this machine needs no claim', () => {
  assert.deepEqual(chosenTarget(wishes).lb, {
    host: '127.0.0.1',
    port: 8080,
    isTls: false,
    authority: '127.0.0.1:8080',
  })
  assert.equal(stackTarget(20_000).lb.port, 20_080)
})

test('loopback is what no name service decides', () => {
  for (const host of ['127.0.0.1', '127.255.0.9', '::1']) assert.ok(isLoopback(host), host)
  for (const host of ['127.evil.example', '128.0.0.1', '0.0.0.0', 'localhost.lan', '127.0.0.1.nip.io'])
    assert.ok(!isLoopback(host), host)
})

test('people have addresses of their own on this machine, or by header from whoever knows the secret', () => {
  assert.equal(chosenTarget(wishes).bindsAddresses, true)
  assert.equal(chosenTarget({ ...wishes, edgeSecret: 'secret' }).bindsAddresses, false)
  assert.equal(chosenTarget({ ...wishes, url: 'http://[::1]:80' }).bindsAddresses, false)
  assert.equal(chosenTarget({ ...wishes, url: 'http://192.0.2.7', isOwn: true }).bindsAddresses, false)
})

test('ports and schemes are read from the address', () => {
  assert.deepEqual(originOf('https://photos.example.org/x'), {
    host: 'photos.example.org',
    port: 443,
    isTls: true,
    authority: 'photos.example.org',
  })
  assert.equal(originOf('http://[::1]:81').host, '::1')
  assert.equal(originOf('http://localhost:81').host, '127.0.0.1')
  assert.throws(() => originOf('photos.example.org'), /no address/)
  assert.throws(() => originOf('ftp://photos.example.org'), /neither http nor https/)
})
