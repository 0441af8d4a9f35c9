/** Parses and serializes the four parameters of permessage-deflate (RFC 7692 section 7.1). */
import type { ExtensionParameter } from '../../protocol/extension.ts'

export const EXTENSION_NAME = 'permessage-deflate'

/** One offer or one response. `clientMaxWindowBits: true` is the parameter without a value, allowed only in an offer. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean
  readonly clientNoContextTakeover: boolean
  readonly serverMaxWindowBits: number | undefined
  readonly clientMaxWindowBits: number | true | undefined
}

export type ParsedParameters = { readonly ok: true; readonly value: DeflateParameters } | { readonly ok: false; readonly reason: string }

/** Section 7.1.2.1: a decimal integer from 8 to 15 without leading zeroes. */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/

const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['server_no_context_takeover', '7.1.1.1'],
  ['client_no_context_takeover', '7.1.1.2'],
  ['server_max_window_bits', '7.1.2.1'],
  ['client_max_window_bits', '7.1.2.2'],
])

export function parseParameters(parameters: readonly ExtensionParameter[], where: 'offer' | 'response'): ParsedParameters {
  const seen = new Map<string, string | true>()
  for (const [name, value] of parameters) {
    const section = SECTIONS.get(name)
    if (section === undefined) return invalid(`unknown parameter ${quote(name)}`, '7.1')
    if (seen.has(name)) return invalid(`parameter ${name} appears more than once`, '7.1')
    const problem = valueProblem(name, value, where)
    if (problem !== undefined) return invalid(`${name} ${problem}`, section)
    seen.set(name, value)
  }
  const client = seen.get('client_max_window_bits')
  return {
    ok: true,
    value: {
      serverNoContextTakeover: seen.has('server_no_context_takeover'),
      clientNoContextTakeover: seen.has('client_no_context_takeover'),
      serverMaxWindowBits: seen.has('server_max_window_bits') ? Number(seen.get('server_max_window_bits')) : undefined,
      clientMaxWindowBits: client === undefined || client === true ? client : Number(client),
    },
  }
}

export function serializeParameters(parameters: DeflateParameters): readonly ExtensionParameter[] {
  const list: ExtensionParameter[] = []
  if (parameters.serverNoContextTakeover) list.push(['server_no_context_takeover', true])
  if (parameters.clientNoContextTakeover) list.push(['client_no_context_takeover', true])
  if (parameters.serverMaxWindowBits !== undefined) list.push(['server_max_window_bits', String(parameters.serverMaxWindowBits)])
  const client = parameters.clientMaxWindowBits
  if (client !== undefined) list.push(['client_max_window_bits', client === true ? true : String(client)])
  return list
}

function valueProblem(name: string, value: string | true, where: 'offer' | 'response'): string | undefined {
  if (name === 'server_no_context_takeover' || name === 'client_no_context_takeover') {
    return value === true ? undefined : `takes no value, received ${quote(value)}`
  }
  if (value === true) {
    if (name === 'client_max_window_bits' && where === 'offer') return undefined
    return where === 'response' ? 'must have a value in a response' : 'must have a value'
  }
  return WINDOW_BITS.test(value) ? undefined : `must be a decimal from 8 to 15 without leading zeroes, received ${quote(value)}`
}

function invalid(problem: string, section: string): ParsedParameters {
  return { ok: false, reason: `${problem} (RFC 7692 section ${section})` }
}

/** The peer chose this text: bounded and escaped, so that it cannot start a line in a log. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
