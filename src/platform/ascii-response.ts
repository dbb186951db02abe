import { ServerResponse, type IncomingMessage } from 'node:http'

/**
 * Sends text that is ASCII byte for byte, as most of ours is (ready-json.ts). Node keeps room for three bytes a character of any
 * other, asks for memory where that is more than 16 kB, and hands the writing over to a later turn of the loop.
 */
export class AsciiResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
  override end(...given: unknown[]): this {
    const [text, encoding] = given
    const isAscii = typeof text === 'string' && !encoding && Buffer.byteLength(text) === text.length
    // The same arguments, whichever of its signatures they are of.
    return super.end(...((isAscii ? [text, 'latin1', given[2]] : given) as Parameters<ServerResponse['end']>))
  }
}
