/**
 * Reads how proxies describe the client in front of them: Forwarded (RFC 7239) and X-Forwarded-For, -Proto and -Host. X-Forwarded-Port is not read:
 * some proxies write the port that the client used, others the port that they listen on behind a mapping, and neither RFC 7239 nor Host has it apart.
 */
import { parseAuthority, serializeAuthority } from './authority.ts'
import type { Fields } from './fields.ts'

/** The client as the trusted proxies in front describe it (RFC 7239, X-Forwarded-*). */
export interface Forwarded {
  /** Undefined if a proxy hides it (RFC 7239 section 6.3) or does not name it. */
  readonly address: string | undefined
  /** Whether the client used https or wss; undefined if no proxy names the scheme. */
  readonly secure: boolean | undefined
  /** `host[:port]` as the client asked for it. */
  readonly authority: string | undefined
}

/** One hop, in the words of the proxy that received it. */
interface Hop {
  readonly address: string | undefined
  readonly proto: string | undefined
  readonly host: string | undefined
}

/**
 * Goes back from the transport's peer, hop by hop, as long as each is trusted. A field that cannot be parsed is ignored.
 * @param trusts whether an address is that of a proxy whose fields count; undefined is a peer without address
 * @returns undefined if the peer is not trusted or the request has none of the fields; `conflict` if it has both kinds and they differ: one of them
 * may come from the client, passed on by a proxy that writes only the other
 */
export function readForwarded(
  fields: Fields,
  peer: string | undefined,
  trusts: (address: string | undefined) => boolean,
): Forwarded | 'conflict' | undefined {
  if (!trusts(peer)) return undefined
  const standard = fields.has('forwarded') ? resolve(parseForwarded(fields.get('forwarded') ?? ''), trusts) : undefined
  const customary = resolve(readCustomary(fields), trusts)
  if (standard === undefined || customary === undefined) return standard ?? customary
  const agree = standard.address === customary.address && standard.secure === customary.secure && standard.authority === customary.authority
  return agree ? standard : 'conflict'
}

function resolve(hops: readonly Hop[], trusts: (address: string | undefined) => boolean): Forwarded | undefined {
  let index = hops.length - 1
  if (index < 0) return undefined
  let { proto, host } = hops[index] as Hop
  for (; index > 0; index--) {
    const { address } = hops[index] as Hop
    if (address === undefined || !trusts(address)) break
    const outer = hops[index - 1] as Hop
    proto = outer.proto ?? proto
    host = outer.host ?? host
  }
  const authority = host === undefined ? undefined : parseAuthority(host)
  return {
    address: hops[index]?.address,
    secure: proto === undefined ? undefined : readScheme(proto),
    authority: authority === undefined ? undefined : serializeAuthority(authority),
  }
}

function readScheme(proto: string): boolean | undefined {
  const scheme = proto.toLowerCase()
  if (scheme === 'https' || scheme === 'wss') return true
  return scheme === 'http' || scheme === 'ws' ? false : undefined
}

/** X-Forwarded-For grows by one element a hop. The others may have one for each hop, or one that was set by the outermost or the last proxy. */
function readCustomary(fields: Fields): readonly Hop[] {
  const addresses = listOf(fields, 'x-forwarded-for')
  const protos = listOf(fields, 'x-forwarded-proto')
  const hosts = listOf(fields, 'x-forwarded-host')
  const length = addresses.length > 0 ? addresses.length : protos.length + hosts.length > 0 ? 1 : 0
  const at = (values: readonly string[], fromEnd: number): string | undefined => values[Math.max(0, values.length - 1 - fromEnd)]
  return Array.from({ length }, (_, index) => {
    const fromEnd = length - 1 - index
    const address = addresses[index]
    return { address: address === undefined ? undefined : readNode(address), proto: at(protos, fromEnd), host: at(hosts, fromEnd) }
  })
}

function listOf(fields: Fields, name: string): readonly string[] {
  return fields.has(name) ? (fields.get(name) ?? '').split(',').map((value) => value.trim()) : []
}

const pair = /[ \t]*(?:([!#$%&'*+\-.^_`|~\w]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*)))?[ \t]*(;|,|$)/y

/** forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] ), also with values that lack their quotes. Empty if the text does not match. */
function parseForwarded(text: string): readonly Hop[] {
  const hops: Hop[] = []
  let hop: { address: string | undefined; proto: string | undefined; host: string | undefined } | undefined
  pair.lastIndex = 0
  for (;;) {
    const match = pair.exec(text)
    if (match === null) return []
    const [, name, quoted, plain, end] = match
    if (name !== undefined) {
      const value = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1')
      hop ??= { address: undefined, proto: undefined, host: undefined }
      const key = name.toLowerCase()
      if (key === 'for') hop.address = readNode(value)
      else if (key === 'proto') hop.proto = value
      else if (key === 'host') hop.host = value
    }
    if (end === ';') continue
    if (hop !== undefined) hops.push(hop)
    hop = undefined
    if (end === '') return hops
  }
}

/** node = nodename [ ":" node-port ] (RFC 7239 section 6); an IPv6 address of X-Forwarded-For has no brackets. */
function readNode(node: string): string | undefined {
  const bracketed = /^\[([0-9a-f:.]+)\](?::\S*)?$/i.exec(node)
  if (bracketed !== null) return bracketed[1]
  if (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(node)) return node
  return /^(\d+\.\d+\.\d+\.\d+)(?::\S*)?$/.exec(node)?.[1]
}
