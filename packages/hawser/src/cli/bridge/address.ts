import { UsageError } from '../command.ts'

/** Where a byte stream leads: a host and port of TCP, or a Unix domain socket. */
export type StreamAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** @throws UsageError unless `text` is `tcp:HOST:PORT` or `unix:PATH` */
export function parseTarget(option: string, text: string): StreamAddress {
  const unix = /^unix:(.+)$/.exec(text)?.[1]
  if (unix !== undefined) return { path: unix }
  const [, host, port] = /^tcp:(?:\/\/)?(.+):(\d{1,5})$/.exec(text) ?? []
  const address = hostAndPort(host, port)
  if (address !== undefined && address.port > 0) return address
  throw new UsageError(`option --${option}: expected tcp:HOST:PORT or unix:PATH, received ${JSON.stringify(text)}`)
}

/** @throws UsageError unless `text` is `PORT`, on loopback, or `HOST:PORT` */
export function parseListen(option: string, text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  const address = hostAndPort(host, port)
  if (address !== undefined) return address
  throw new UsageError(`option --${option}: expected PORT or HOST:PORT, received ${JSON.stringify(text)}`)
}

export function addressText(address: StreamAddress): string {
  if ('path' in address) return `unix:${address.path}`
  return `tcp:${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** An IPv6 address is in brackets, as in a URL. */
function hostAndPort(host: string | undefined, port: string | undefined): { readonly host: string; readonly port: number } | undefined {
  const name = host === undefined ? undefined : /^(?:\[([\da-f:.%]+)\]|([^:[\]\s]+))$/i.exec(host)
  const value = Number(port)
  if (name === undefined || name === null || !(value <= 65_535)) return undefined
  return { host: name[1] ?? name[2] ?? '', port: value }
}
