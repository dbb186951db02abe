import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createAnswerReader, textOf, type Answer } from './answer-reader.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'

/** The answer in `text`, arriving in pieces of `size` bytes. */
function read(text: string | Buffer, size = Infinity): Answer | null {
  const reader = createAnswerReader()
  reader.expect(true)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) {
    const answer = reader.take(bytes.subarray(at, Math.min(bytes.length, at + size)))
    if (answer) return answer
  }
  return reader.close()
}

const ANSWERS: Record<string, string> = {
  'with a length': `${OK}Content-Length: 11\r\n\r\n{"items":1}`,
  'in chunks': `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\n{"it\r\n7;name=value\r\nems":1}\r\n0\r\nTrailer: yes\r\n\r\n`,
  'until the connection closes': `${OK}Connection: close\r\n\r\n{"items":1}`,
  'after an informational one': `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Content-Length: 11\r\n\r\n{"items":1}`,
}

for (const [name, text] of Object.entries(ANSWERS)) {
  test(`an answer ${name} is read, wherever its bytes are cut`, () => {
    for (let size = 1; size <= text.length; size++) {
      const answer = read(text, size) ?? assert.fail(`nothing was read in pieces of ${size}`)
      assert.equal(answer.status, 200)
      assert.equal(textOf(answer), '{"items":1}')
      assert.equal(answer.bodyBytes, 11)
    }
  })
}

test('what the generator looks at is read from the head, in any case of letters', () => {
  const answer = read(
    'HTTP/1.1 200 OK\r\ncache-status: app; hit, lb; fwd=bypass\r\nX-SERVED-BY: app2\r\nContent-type: image/webp\r\ncontent-length: 0\r\n\r\n',
  )
  assert.equal(answer?.cacheStatus, 'app; hit, lb; fwd=bypass')
  assert.equal(answer.servedBy, 'app2')
  assert.equal(answer.contentType, 'image/webp')
  assert.equal(answer.keepsOpen, true)
})

test('a compressed body is unpacked, and its size is the one on the wire', () => {
  const packed = gzipSync('x'.repeat(5_000))
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`
  const answer = read(Buffer.concat([Buffer.from(head), packed])) ?? assert.fail()
  assert.equal(textOf(answer).length, 5_000)
  assert.equal(answer.bodyBytes, packed.length)
})

test('an answer without content ends with its head', () => {
  assert.equal(read('HTTP/1.1 204 No Content\r\n\r\n')?.status, 204)
})

test('a body that nobody asked for is counted and not kept', () => {
  const reader = createAnswerReader()
  reader.expect(false)
  const answer = reader.take(Buffer.from(ANSWERS['with a length'] ?? ''))
  assert.equal(answer?.bodyBytes, 11)
  assert.equal(answer.body, null)
})

test('one reader reads answer after answer', () => {
  const reader = createAnswerReader()
  for (let nr = 0; nr < 3; nr++)
    for (const text of [ANSWERS['in chunks'], ANSWERS['with a length']]) {
      reader.expect(true)
      assert.equal(reader.hasBegun(), false)
      const answer = reader.take(Buffer.from(text ?? '')) ?? assert.fail()
      assert.equal(textOf(answer), '{"items":1}')
    }
})

test('what is no answer is refused', () => {
  const wrong = [
    'SSH-2.0-OpenSSH_9\r\n\r\n',
    'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n',
    'HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nfour',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP',
    'x'.repeat(70_000),
  ]
  for (const text of wrong) assert.throws(() => read(text), Error, text.slice(0, 60))
})

test('a connection that closes within a body gives no answer', () => {
  assert.equal(read(`${OK}Content-Length: 20\r\n\r\n{"items":1}`), null)
  assert.equal(read(`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\n{"it\r\n`), null)
})
