import { RSV1, type Extension, type ExtensionDecision } from '../../protocol/extension.ts'
import type { DeflateCodec } from './deflate-codec.ts'
import { acceptOffer, buildOffer, confirmResponse, type NegotiationResult } from './negotiation.ts'
import { readDeflateSettings, type DeflateExtensionOptions } from './options.ts'
import { EXTENSION_NAME } from './parameters.ts'
import { DeflateSession } from './session.ts'

/**
 * permessage-deflate (RFC 7692) over a runtime's DEFLATE. Runtimes bind it: see `permessageDeflate` in runtime/node.
 * @throws OptionError
 */
export function createPermessageDeflate(options: DeflateExtensionOptions, codec: DeflateCodec): Extension {
  const resolved = readDeflateSettings(options, codec.minWindowBits)
  /** By the bits of the sending window. Context takeover makes no difference: a shared message starts with an empty window. */
  const shareKeys = new Map<number, object>()
  const shareKeyFor = (windowBits: number): object => {
    const key = shareKeys.get(windowBits) ?? {}
    shareKeys.set(windowBits, key)
    return key
  }
  const decide = (result: NegotiationResult): ExtensionDecision => {
    if (!result.accepted) return { accepted: false, reason: result.reason }
    const { agreement } = result
    return {
      accepted: true,
      parameters: agreement.parameters,
      open: () => new DeflateSession(agreement, resolved, codec, shareKeyFor(agreement.send.windowBits)),
    }
  }
  return {
    name: EXTENSION_NAME,
    rsv: RSV1,
    answersEqually: true,
    offers: () => resolved.offers.map(buildOffer),
    accept: (offer) => decide(acceptOffer(offer, options, codec.minWindowBits)),
    confirm: (response, offers) => decide(confirmResponse(response, offers, codec.minWindowBits)),
  }
}
