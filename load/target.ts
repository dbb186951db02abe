import type { Origin, Target } from './generator/browser.ts'
import { portOf } from '../src/platform/ports.ts'

/** The stack on this machine, or what stands at other ports of it, over loopback; every person has a client address of their own. */
export function stackTarget(portOffset: number, ports: Partial<Record<'lb' | 'edge', number>> = {}): Target {
  const origin = (name: 'lb' | 'edge') => originOf(`http://127.0.0.1:${ports[name] ?? portOf(name, portOffset)}`)
  return { lb: origin('lb'), edge: origin('edge'), edgeSecret: null, bindsAddresses: true }
}

export interface TargetWishes {
  /** Addresses of the service and of its edge; the edge is the service itself where none is named. */
  url: string
  edgeUrl: string | undefined
  /** With it the balancer lets us play many clients; without it all of us share one client's limits. */
  edgeSecret: string | undefined
  isOwn: boolean
}

/** A load test is an attack on whoever did not ask for it: anything but this machine has to be claimed as one's own.
 *  @throws Error which says what to type */
export function chosenTarget({ url, edgeUrl, edgeSecret, isOwn }: TargetWishes): Target {
  const [lb, edge] = [originOf(url), originOf(edgeUrl ?? url)]
  const foreign = [lb, edge].find(({ host }) => !isLoopback(host))
  if (foreign && !isOwn)
    throw new Error(
      `${foreign.host} is not this machine: a load test against somebody else's service is an attack   try: --i-own-this-host, if you do`,
    )
  const bindsAddresses = edgeSecret === undefined && [lb, edge].every(({ host }) => host.startsWith('127.'))
  return { lb, edge, edgeSecret: edgeSecret ?? null, bindsAddresses }
}

/** @throws Error where it is no http or https address */
export function originOf(url: string): Origin {
  if (!URL.canParse(url)) throw new Error(`'${url}' is no address such as http://192.0.2.7:8080`)
  const { protocol, hostname, port, host } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`'${url}' is neither http nor https`)
  const isTls = protocol === 'https:'
  // A name would be looked up for each connection.
  const address = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  return { host: address, port: Number(port) || (isTls ? 443 : 80), isTls, authority: host }
}

/** Names are not looked up: what `localhost.example.org` points to today is no promise. */
export function isLoopback(host: string): boolean {
  return host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
