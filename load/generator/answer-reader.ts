import { gunzipSync } from 'node:zlib'

/** One whole answer, with what the generator looks at. */
export interface Answer {
  status: number
  contentType: string
  cacheStatus: string
  servedBy: string
  isGzipped: boolean
  /** As it came, without the framing of chunks. */
  bodyBytes: number
  /** Null where nobody asked for it. */
  body: Buffer | null
  keepsOpen: boolean
}

/** The body, unpacked; nothing where it was not kept. */
export function textOf({ body, isGzipped }: Answer): string {
  if (body === null) return ''
  return (isGzipped ? gunzipSync(body) : body).toString('utf8')
}

const HEAD_MAX_CHARS = 64 * 1024
const HEAD_END = '\r\n\r\n'
/** Bytes of the body still to come, where it is neither a number of them nor chunks. */
const UNTIL_CLOSE = -1

/** Reads answers of HTTP/1.1 one after the other, as bytes arrive; does not keep the bytes that it is given.
 *  One answer at a time: whoever asks waits for it. */
export function createAnswerReader() {
  let head = ''
  let answer: Answer | null = null
  let left = 0
  let chunks: ReturnType<typeof createChunks> | null = null
  let kept: Buffer[] = []
  let keepsBody = false
  let hasBegun = false

  function keep(bytes: Buffer): void {
    if (answer === null || bytes.length === 0) return
    answer.bodyBytes += bytes.length
    if (keepsBody) kept.push(Buffer.from(bytes))
  }

  function whole(): Answer {
    if (answer === null) throw new Error('no answer')
    const done = answer
    if (keepsBody) done.body = kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept)
    answer = null
    kept = []
    return done
  }

  /** @returns the bytes behind the head, or null while it is not all there. */
  function takeHead(bytes: Buffer): Buffer | null {
    const before = head.length
    head += bytes.toString('latin1')
    const end = head.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length))
    if (end < 0) {
      if (head.length > HEAD_MAX_CHARS) throw new Error('malformed answer')
      return null
    }
    const rest = bytes.subarray(end + HEAD_END.length - before)
    const text = head.slice(0, end + 2)
    head = ''
    const framing = parseHead(text)
    // Informational: the answer proper follows.
    if (framing.answer.status < 200) return takeHead(rest)
    answer = framing.answer
    chunks = framing.isChunked ? createChunks(keep) : null
    left = framing.length
    return rest
  }

  return {
    /** Before each request. */
    expect(keepsItsBody: boolean): void {
      keepsBody = keepsItsBody
      hasBegun = false
    },
    /** @returns the answer when it is whole. @throws Error when this is no answer to one request */
    take(given: Buffer): Answer | null {
      hasBegun = true
      let bytes = given
      if (answer === null) {
        const rest = takeHead(bytes)
        if (rest === null) return null
        bytes = rest
      }
      if (chunks !== null) return chunks.take(bytes) ? whole() : null
      if (left === UNTIL_CLOSE) {
        keep(bytes)
        return null
      }
      if (bytes.length > left) throw new Error('more than one answer')
      left -= bytes.length
      keep(bytes)
      return left === 0 ? whole() : null
    },
    /** The peer has closed. @returns the answer that ended with it, if any */
    close(): Answer | null {
      return answer !== null && chunks === null && left === UNTIL_CLOSE ? whole() : null
    },
    /** Whether any byte of the answer came. */
    hasBegun: () => hasBegun,
  }
}

function parseHead(text: string): { answer: Answer; isChunked: boolean; length: number } {
  if (!text.startsWith('HTTP/1.')) throw new Error('malformed answer')
  const status = Number(text.slice(9, 12))
  let length = status === 204 || status === 304 ? 0 : UNTIL_CLOSE
  let isChunked = false
  const answer: Answer = {
    status,
    contentType: '',
    cacheStatus: '',
    servedBy: '',
    isGzipped: false,
    bodyBytes: 0,
    body: null,
    keepsOpen: text.charCodeAt(7) === 0x31,
  }
  for (let from = text.indexOf('\r\n') + 2; from < text.length;) {
    const end = text.indexOf('\r\n', from)
    const colon = text.indexOf(':', from)
    if (colon < 0 || colon > end) throw new Error('malformed answer')
    // By its length first: most headers are none of ours, and few are spelt out.
    const nameChars = colon - from
    if (nameChars === 10 || nameChars === 11 || nameChars === 12 || nameChars >= 14) {
      const value = text.slice(colon + 1, end).trim()
      switch (text.slice(from, colon).toLowerCase()) {
        case 'content-length':
          if (length !== 0) length = Number(value)
          break
        case 'transfer-encoding':
          isChunked = length !== 0 && value.toLowerCase() === 'chunked'
          break
        case 'content-encoding':
          answer.isGzipped = value === 'gzip'
          break
        case 'content-type':
          answer.contentType = value
          break
        case 'cache-status':
          answer.cacheStatus = value
          break
        case 'x-served-by':
          answer.servedBy = value
          break
        case 'connection':
          answer.keepsOpen = value.toLowerCase() !== 'close'
          break
        default:
      }
    }
    from = end + 2
  }
  if (!Number.isInteger(length) || !Number.isInteger(status)) throw new Error('malformed answer')
  return { answer, isChunked, length }
}

/** Takes the framing off a chunked body. */
function createChunks(keep: (bytes: Buffer) => void) {
  let state: 'size' | 'data' | 'data end' | 'trailer' = 'size'
  let line = ''
  let left = 0

  /** @returns where the line ends, or -1 while it is not all there; its text is then in `line`. */
  function takeLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(10, from)
    line += bytes.toString('latin1', from, end < 0 ? bytes.length : end)
    if (line.length > 1_024) throw new Error('malformed answer')
    return end < 0 ? -1 : end + 1
  }

  return {
    /** @returns whether the body has ended. */
    take(bytes: Buffer): boolean {
      let at = 0
      while (at < bytes.length) {
        if (state === 'data') {
          const part = Math.min(left, bytes.length - at)
          keep(bytes.subarray(at, at + part))
          at += part
          left -= part
          if (left === 0) state = 'data end'
          continue
        }
        const next = takeLine(bytes, at)
        if (next < 0) return false
        at = next
        const text = line.trim()
        line = ''
        if (state === 'trailer') {
          if (text !== '') continue
          if (at < bytes.length) throw new Error('more than one answer')
          return true
        }
        if (state === 'data end') {
          state = 'size'
          continue
        }
        left = parseInt(text, 16)
        if (!Number.isInteger(left)) throw new Error('malformed answer')
        state = left === 0 ? 'trailer' : 'data'
      }
      return false
    },
  }
}
