/** Builds, accepts and confirms offers and responses (RFC 7692 sections 5 and 7.1), as functions of parameters. */
import type { ExtensionParameter } from '../../protocol/extension.ts'
import { DEFAULT_WINDOW_BITS, type DeflateNegotiationOptions } from './options.ts'
import { parseParameters, serializeParameters, type DeflateParameters } from './parameters.ts'

/** One direction of a connection. */
export interface DirectionAgreement {
  readonly windowBits: number
  readonly contextTakeover: boolean
}

/** The agreed parameters, for each direction. */
export interface DeflateAgreement {
  /** As in the response. */
  readonly parameters: readonly ExtensionParameter[]
  readonly send: DirectionAgreement
  readonly receive: DirectionAgreement
}

export type NegotiationResult =
  | { readonly accepted: true; readonly agreement: DeflateAgreement }
  | { readonly accepted: false; readonly reason: string }

/**
 * Client: one offer. Without options it is `permessage-deflate; client_max_window_bits` (RFC 7692 section 7.1.2.2), which asks the
 * server for nothing and allows it to save memory.
 */
export function buildOffer(options: DeflateNegotiationOptions): readonly ExtensionParameter[] {
  return serializeParameters({
    serverNoContextTakeover: options.serverNoContextTakeover ?? false,
    clientNoContextTakeover: options.clientNoContextTakeover ?? false,
    serverMaxWindowBits: options.serverMaxWindowBits,
    clientMaxWindowBits: options.clientMaxWindowBits ?? true,
  })
}

/** Server: accepts one offer, or declines it with the reason. */
export function acceptOffer(offer: readonly ExtensionParameter[], options: DeflateNegotiationOptions, minWindowBits: number): NegotiationResult {
  const parsed = parseParameters(offer, 'offer')
  if (!parsed.ok) return { accepted: false, reason: parsed.reason }
  const offered = parsed.value
  const serverBits = Math.min(offered.serverMaxWindowBits ?? 15, options.serverMaxWindowBits ?? DEFAULT_WINDOW_BITS)
  if (serverBits < minWindowBits) {
    return {
      accepted: false,
      reason: `server_max_window_bits=${serverBits} is not supported: the compressor needs ${minWindowBits} (RFC 7692 section 7.1.2.1)`,
    }
  }
  const serverNoContextTakeover = offered.serverNoContextTakeover || options.serverNoContextTakeover === true
  // Section 7.1.1.2: an offered client_no_context_takeover is a hint. We accept it: the decompressor then keeps no window.
  const clientNoContextTakeover = offered.clientNoContextTakeover || options.clientNoContextTakeover === true
  // Section 7.1.2.2: the response MUST NOT have client_max_window_bits unless the offer has it; without it the client uses up to 15.
  const clientBits =
    offered.clientMaxWindowBits === undefined
      ? undefined
      : Math.min(offered.clientMaxWindowBits === true ? 15 : offered.clientMaxWindowBits, options.clientMaxWindowBits ?? DEFAULT_WINDOW_BITS)
  const response: DeflateParameters = {
    serverNoContextTakeover,
    clientNoContextTakeover,
    serverMaxWindowBits: serverBits < 15 || offered.serverMaxWindowBits !== undefined ? serverBits : undefined,
    clientMaxWindowBits: clientBits === 15 && offered.clientMaxWindowBits === true ? undefined : clientBits,
  }
  return {
    accepted: true,
    agreement: {
      parameters: serializeParameters(response),
      send: { windowBits: serverBits, contextTakeover: !serverNoContextTakeover },
      receive: { windowBits: clientBits ?? 15, contextTakeover: !clientNoContextTakeover },
    },
  }
}

/** Client: one of the offers must allow the response; otherwise the reason is the first offer's. */
export function confirmResponse(
  response: readonly ExtensionParameter[],
  offers: readonly (readonly ExtensionParameter[])[],
  minWindowBits: number,
): NegotiationResult {
  const parsed = parseParameters(response, 'response')
  if (!parsed.ok) return { accepted: false, reason: parsed.reason }
  const agreed = parsed.value
  let reason = 'permessage-deflate was not offered (RFC 7692 section 5.1)'
  let matched: DeflateParameters | undefined
  for (const [index, offer] of offers.entries()) {
    const offered = parseParameters(offer, 'offer')
    const problem = offered.ok ? conflict(agreed, offered.value) : offered.reason
    if (problem === undefined && offered.ok) {
      matched = offered.value
      break
    }
    if (index === 0 && problem !== undefined) reason = problem
  }
  if (matched === undefined) return { accepted: false, reason }
  const responseBits = typeof agreed.clientMaxWindowBits === 'number' ? agreed.clientMaxWindowBits : 15
  if (responseBits < minWindowBits) {
    return {
      accepted: false,
      reason: `client_max_window_bits=${responseBits} is not supported: the compressor needs ${minWindowBits} (RFC 7692 section 7.1.2.2)`,
    }
  }
  // Section 7.1.2.2: a value in the offer binds the client, even if the response allows more.
  const promised = typeof matched.clientMaxWindowBits === 'number' ? matched.clientMaxWindowBits : DEFAULT_WINDOW_BITS
  return {
    accepted: true,
    agreement: {
      parameters: serializeParameters(agreed),
      send: {
        windowBits: Math.min(responseBits, promised),
        contextTakeover: !(agreed.clientNoContextTakeover || matched.clientNoContextTakeover),
      },
      receive: { windowBits: agreed.serverMaxWindowBits ?? 15, contextTakeover: !agreed.serverNoContextTakeover },
    },
  }
}

/** @returns why this response cannot answer this offer */
function conflict(agreed: DeflateParameters, offered: DeflateParameters): string | undefined {
  if (offered.serverNoContextTakeover && !agreed.serverNoContextTakeover) {
    return 'server_no_context_takeover was offered and is missing in the response (RFC 7692 section 7.1.1.1)'
  }
  if (offered.serverMaxWindowBits !== undefined) {
    if (agreed.serverMaxWindowBits === undefined) {
      return 'server_max_window_bits was offered and is missing in the response (RFC 7692 section 7.1.2.1)'
    }
    if (agreed.serverMaxWindowBits > offered.serverMaxWindowBits) {
      return `server_max_window_bits=${agreed.serverMaxWindowBits} is more than the ${offered.serverMaxWindowBits} offered (RFC 7692 section 7.1.2.1)`
    }
  }
  if (agreed.clientMaxWindowBits !== undefined && offered.clientMaxWindowBits === undefined) {
    return 'client_max_window_bits is in the response and was not offered (RFC 7692 section 7.1.2.2)'
  }
  return undefined
}
