import { request } from 'node:http'
import { connect } from 'node:net'

export interface Answer {
  status: number
  body: string
}

export type Target = { port: number } | { socketPath: string }

/** One GET over TCP or a UNIX socket; null when nothing answers within `timeoutMs`, as a frozen process does. */
export async function get(target: Target, path: string, timeoutMs = 1500): Promise<Answer | null> {
  return new Promise((resolve) => {
    const outgoing = request({ ...target, host: '127.0.0.1', path, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      answer.on('error', () => resolve(null))
    })
    const timer = setTimeout(() => outgoing.destroy(new Error('timeout')), timeoutMs)
    outgoing.on('error', () => resolve(null))
    outgoing.on('close', () => clearTimeout(timer))
    outgoing.end()
  })
}

export async function isEtcdHealthy(port: number): Promise<boolean> {
  const answer = await get({ port }, '/health')
  return answer?.status === 200 && /"health"\s*:\s*"?true/.test(answer.body)
}

export async function isRedisHealthy(port: number, password: string, timeoutMs = 1500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const finish = (isHealthy: boolean): void => {
      socket.destroy()
      resolve(isHealthy)
    }
    let text = ''
    socket.setTimeout(timeoutMs, () => finish(false))
    socket.on('error', () => finish(false))
    socket.on('close', () => finish(false))
    socket.on('data', (chunk) => {
      text += chunk.toString()
      if (text.includes('+PONG')) finish(true)
      else if (/^-(NOAUTH|WRONGPASS|LOADING|ERR)/m.test(text)) finish(false)
    })
    socket.write(`AUTH ${password}\r\nPING\r\n`)
  })
}

export interface PatroniMember {
  name: string
  role: 'primary' | 'replica'
  state: string
  timeline: number | null
  lagBytes: number | null
}

/** The members as one node sees them; null when it does not answer. Patroni 3 says `master`, 4 says `primary`. */
export async function patroniCluster(port: number): Promise<PatroniMember[] | null> {
  const answer = await get({ port }, '/cluster')
  if (answer?.status !== 200) return null
  return parseCluster(answer.body)
}

export function parseCluster(body: string): PatroniMember[] {
  const { members = [] } = JSON.parse(body) as { members?: Record<string, unknown>[] } // @NOTE Patroni's REST answer
  return members.map((member) => ({
    name: String(member.name),
    role: member.role === 'leader' || member.role === 'standby_leader' ? 'primary' : 'replica',
    state: String(member.state),
    timeline: typeof member.timeline === 'number' ? member.timeline : null,
    lagBytes: typeof member.lag === 'number' ? member.lag : null,
  }))
}

/** What one node says about itself. */
export interface PatroniNode {
  role: 'primary' | 'replica'
  isRunning: boolean
}

export async function patroniNode(port: number): Promise<PatroniNode | null> {
  const answer = await get({ port }, '/patroni')
  if (!answer) return null
  try {
    const node = JSON.parse(answer.body) as { role?: string; state?: string } // @NOTE Patroni's REST answer, also with status 503
    const isPrimary = node.role === 'primary' || node.role === 'master'
    return {
      role: isPrimary ? 'primary' : 'replica',
      isRunning: node.state === 'running' || node.state === 'streaming',
    }
  } catch {
    return null
  }
}
