import { portOf } from '../../platform/ports.ts'

export interface Addresses {
  web: string
  /** By a certificate that this machine made itself, unless one's own is set. */
  webTls: string
  edge: string
  nginxStatus: string
  prometheus: string
}

/** What a person opens in a browser on this machine. */
export function addresses(offset: number): Addresses {
  const web = portOf('lb', offset)
  return {
    web: `http://localhost${web === 80 ? '' : `:${web}`}`,
    webTls: `https://localhost${portOf('lbTls', offset) === 443 ? '' : `:${portOf('lbTls', offset)}`}`,
    edge: `http://localhost:${portOf('edge', offset)}`,
    nginxStatus: `http://localhost:${portOf('nginxStatus', offset)}/nginx_status`,
    prometheus: `http://localhost:${portOf('prometheus', offset)}`,
  }
}
