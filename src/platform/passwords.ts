import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from './errors.ts'

/** 19 MiB, 2 passes, 1 lane: OWASP password storage cheat sheet, Argon2id. About 40 ms of one core. */
export const ARGON2 = { memoryKiB: 19_456, passes: 2, lanes: 1, saltBytes: 16, tagBytes: 32 } as const

/** Two seconds of work; whoever comes later is told to come again instead of waiting past a time-out. */
const WAITING_MAX = 50

interface Parameters {
  memoryKiB: number
  passes: number
  lanes: number
  salt: Buffer
  tag: Buffer
}

export interface Passwords {
  /** A PHC string: parameters, salt and digest in one. @throws AppError service.unavailable when too many wait */
  hash(password: string): Promise<string>
  /** `stored` null (no such account) costs the same and is false. @throws AppError service.unavailable when too many wait */
  verify(stored: string | null, password: string): Promise<boolean>
  /** Whether `stored` was made with other settings than today's. */
  needsRehash(stored: string): boolean
}

/** One computation at a time per process: two in flight would take both cores of a small machine from the requests. */
export function createPasswords(options: { waitingMax?: number } = {}): Passwords {
  const waitingMax = options.waitingMax ?? WAITING_MAX
  const decoy = toPhc({ ...ARGON2, salt: randomBytes(ARGON2.saltBytes), tag: randomBytes(ARGON2.tagBytes) })
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  function inTurn(password: string, parameters: Omit<Parameters, 'tag'>, tagBytes: number): Promise<Buffer> {
    if (waiting > waitingMax) {
      throw new AppError('service.unavailable', 'Many people are signing in right now; try again in a few seconds.', {
        retryAfterSeconds: 3,
      })
    }
    waiting += 1
    const result = last
      .then(() => compute(password, parameters, tagBytes))
      .finally(() => {
        waiting -= 1
      })
    last = result.catch(() => undefined)
    return result
  }

  return {
    async hash(password) {
      const parameters = { ...ARGON2, salt: randomBytes(ARGON2.saltBytes) }
      return toPhc({ ...parameters, tag: await inTurn(password, parameters, ARGON2.tagBytes) })
    },
    async verify(stored, password) {
      const parameters = fromPhc(stored ?? decoy)
      const tag = await inTurn(password, parameters, parameters.tag.length)
      return timingSafeEqual(tag, parameters.tag) && stored !== null
    },
    needsRehash(stored) {
      const { memoryKiB, passes, lanes } = fromPhc(stored)
      return memoryKiB !== ARGON2.memoryKiB || passes !== ARGON2.passes || lanes !== ARGON2.lanes
    },
  }
}

function compute(password: string, parameters: Omit<Parameters, 'tag'>, tagBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      {
        // NIST SP 800-63B: the same password typed on another keyboard may arrive in another normal form.
        message: password.normalize('NFKC'),
        nonce: parameters.salt,
        memory: parameters.memoryKiB,
        passes: parameters.passes,
        parallelism: parameters.lanes,
        tagLength: tagBytes,
      },
      (error, tag) => (error ? reject(error) : resolve(tag)),
    )
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

function toPhc({ memoryKiB, passes, lanes, salt, tag }: Parameters): string {
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

function fromPhc(stored: string): Parameters {
  const [, memoryKiB, passes, lanes, salt = '', tag = ''] = PHC.exec(stored) ?? []
  if (tag === '') throw new Error('a stored password hash is not an Argon2id PHC string')
  return {
    memoryKiB: Number(memoryKiB),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}
