import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { curl, startFront } from '../support/front.ts'

const RENEW = join(import.meta.dirname, '../../deploy/lb/renew')

/** A certificate of one's own for `name`, in files that only their owner reads. */
function ownCertificate(t: TestContext, name: string) {
  const directory = mkdtempSync(join(tmpdir(), 'minigram-tls-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const [certificate, key] = [join(directory, 'fullchain.pem'), join(directory, 'privkey.pem')]
  const what = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
  ]
  execFileSync('openssl', ['req', '-x509', ...what, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  return { certificate, key }
}

test('without one’s own, a certificate for this machine is made, and kept', async (t) => {
  const front = await startFront(t, (_request, response) => response.end('{}'))
  const made = join(front.mediaDirectory, '../data/tls/certificate.pem')
  const url = `${front.lbTls.replace('127.0.0.1', 'localhost')}/api/instance`
  assert.equal(await curl('--cacert', made, url), '{}')
  assert.equal(await curl('--cacert', made, `${front.lbTls}/api/instance`), '{}')
})

test('one’s own certificate is served, redirected to, and replaced when it is renewed', async (t) => {
  const { certificate, key } = ownCertificate(t, 'photos.example')
  const settings = { MINIGRAM_TLS_CERT: certificate, MINIGRAM_TLS_KEY: key }
  const front = await startFront(t, (_request, response) => response.end('{}'), settings)
  const { port } = new URL(front.lbTls)
  const url = `https://photos.example:${port}/api/instance`
  const there = ['--resolve', `photos.example:${port}:127.0.0.1`]
  assert.match(
    await curl(...there, '--cacert', certificate, '-D', '-', url),
    /^strict-transport-security: max-age=31536000/im,
  )
  assert.match(await curl('-D', '-', `${front.lb}/explore`), /^HTTP\/1.1 308/)

  const renewed = ownCertificate(t, 'photos.example')
  await assert.rejects(curl(...there, '--cacert', renewed.certificate, url))
  const state = join(front.mediaDirectory, '..')
  execFileSync('sh', [RENEW, renewed.certificate, renewed.key], { env: { ...process.env, MINIGRAM_STATE: state } })
  const end = Date.now() + 5_000
  while (!(await curl(...there, '--cacert', renewed.certificate, url).catch(() => null)))
    assert.ok(Date.now() < end, 'the renewed certificate is not served')
})
