import { request } from 'node:http'

export type RpcValue = string | number | boolean | null | RpcValue[] | { [name: string]: RpcValue }

export class RpcFault extends Error {
  override readonly name = 'RpcFault'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** The body of one XML-RPC call. supervisord takes strings, whole numbers and booleans. */
export function encodeCall(method: string, parameters: readonly (string | number | boolean)[]): string {
  const encoded = parameters.map((value) => {
    const inner =
      typeof value === 'string'
        ? `<string>${escapeXml(value)}</string>`
        : typeof value === 'number'
          ? `<int>${value}</int>`
          : `<boolean>${value ? 1 : 0}</boolean>`
    return `<param><value>${inner}</value></param>`
  })
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${encoded.join('')}</params></methodCall>`
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

function unescapeXml(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&')
}

/** The value that an answer carries. @throws RpcFault when it is a fault. */
export function decodeAnswer(xml: string): RpcValue {
  const tokens = xml.match(/<[^>]+>|[^<]+/g) ?? []
  let at = 0
  const peek = (): string => tokens[at] ?? ''
  function skipTo(tag: string): void {
    while (at < tokens.length && peek() !== tag) at++
    if (at >= tokens.length) throw new Error(`malformed XML-RPC answer: no ${tag}`)
    at++
  }
  function text(close: string): string {
    const from = at
    skipTo(close)
    return unescapeXml(tokens.slice(from, at - 1).join(''))
  }
  function value(): RpcValue {
    skipTo('<value>')
    while (peek().trim() === '' && at < tokens.length) at++
    const tag = tokens[at++] ?? ''
    if (!tag.startsWith('<')) return unescapeXml(tag)
    if (tag === '</value>') return ''
    const result = typed(tag)
    skipTo('</value>')
    return result
  }
  function typed(tag: string): RpcValue {
    if (tag === '<int>' || tag === '<i4>') return Number(text(tag.replace('<', '</')))
    if (tag === '<boolean>') return text('</boolean>') === '1'
    if (tag === '<array>') return list()
    if (tag === '<struct>') return struct()
    if (tag === '<nil/>') return null
    if (tag.endsWith('/>')) return ''
    return text(tag.replace('<', '</'))
  }
  function list(): RpcValue[] {
    const items: RpcValue[] = []
    for (;;) {
      while (peek() !== '<value>' && peek() !== '</array>') at++
      if (peek() === '</array>') return items
      items.push(value())
    }
  }
  function struct(): { [name: string]: RpcValue } {
    const members: { [name: string]: RpcValue } = {}
    for (;;) {
      while (peek() !== '<name>' && peek() !== '</struct>') at++
      if (peek() === '</struct>') return members
      at++
      const name = text('</name>')
      members[name] = value()
    }
  }
  const isFault = xml.includes('<fault>')
  const decoded = value()
  if (!isFault) return decoded
  const fault = decoded as { faultCode?: number; faultString?: string } // @NOTE the shape that the protocol gives faults
  throw new RpcFault(fault.faultCode ?? 0, fault.faultString ?? 'fault')
}

/** One call over the UNIX socket; costs about a millisecond, where supervisorctl costs 450. */
export async function callRpc(
  socketPath: string,
  method: string,
  parameters: readonly (string | number | boolean)[] = [],
  timeoutMs = 5000,
): Promise<RpcValue> {
  const body = encodeCall(method, parameters)
  const xml = await new Promise<string>((resolve, reject) => {
    const outgoing = request(
      {
        socketPath,
        path: '/RPC2',
        method: 'POST',
        agent: false,
        headers: { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(text) : reject(new Error(`HTTP ${answer.statusCode}`)),
        )
      },
    )
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer from the supervisor')))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
  return decodeAnswer(xml)
}
