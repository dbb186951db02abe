import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { callRpc, decodeAnswer, encodeCall, RpcFault } from './xmlrpc.ts'

const STRUCT = `<?xml version='1.0'?>
<methodResponse>
<params>
<param>
<value><array><data>
<value><struct>
<member>
<name>name</name>
<value><string>redis &amp; co</string></value>
</member>
<member>
<name>pid</name>
<value><int>42</int></value>
</member>
<member>
<name>spawnerr</name>
<value><string></string></value>
</member>
</struct></value>
<value><boolean>1</boolean></value>
<value>bare</value>
<value><array><data>
</data></array></value>
</data></array></value>
</param>
</params>
</methodResponse>
`

test('an answer as supervisord writes it becomes plain values', () => {
  assert.deepEqual(decodeAnswer(STRUCT), [{ name: 'redis & co', pid: 42, spawnerr: '' }, true, 'bare', []])
})

test('a fault is thrown with its number', () => {
  const fault =
    '<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>70</int></value></member>' +
    '<member><name>faultString</name><value><string>NOT_RUNNING: lb</string></value></member></struct></value></fault></methodResponse>'
  assert.throws(
    () => decodeAnswer(fault),
    (error) => error instanceof RpcFault && error.code === 70 && /lb/.test(error.message),
  )
})

test('half an answer is an error, not half a value', () => {
  assert.throws(() => decodeAnswer(STRUCT.slice(0, 200)))
})

test('parameters are escaped and typed', () => {
  const body = encodeCall('supervisor.stopProcess', ['a<b&c', false, 3])
  assert.match(body, /<string>a&lt;b&amp;c<\/string>.*<boolean>0<\/boolean>.*<int>3<\/int>/)
})

test('a call goes over a UNIX socket and gives up on a server that does not answer', async (t) => {
  const path = join(mkdtempSync(join(tmpdir(), 'rpc-')), 's.sock')
  let isSilent = false
  const server = createServer((_request, response) => void (isSilent || response.end(STRUCT))).listen(path)
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  assert.equal(((await callRpc(path, 'x')) as unknown[]).length, 4)
  isSilent = true
  await assert.rejects(callRpc(path, 'x', [], 100), /no answer/)
})
