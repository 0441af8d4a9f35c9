import type { Extension, ExtensionParameter, ExtensionSession } from '../../../src/core/protocol/extension.ts'

/** An extension that changes nothing: takes any offer made of `parameters` alone, and remembers how often it was opened. */
export function flag(
  name: string,
  options: { rsv?: number; parameters?: readonly ExtensionParameter[]; offers?: readonly (readonly ExtensionParameter[])[] } = {},
): Extension & { opened: number } {
  const { rsv = 0, parameters = [] } = options
  const knows = (offer: readonly ExtensionParameter[]): boolean => offer.every(([one]) => parameters.some(([other]) => one === other))
  const extension = {
    name,
    rsv,
    opened: 0,
    offers: () => options.offers ?? [parameters],
    accept: (offer: readonly ExtensionParameter[]) =>
      knows(offer)
        ? { accepted: true as const, parameters: offer, open: () => session(offer) }
        : { accepted: false as const, reason: 'an unknown parameter' },
    confirm: (response: readonly ExtensionParameter[]) =>
      knows(response)
        ? { accepted: true as const, parameters: response, open: () => session(response) }
        : { accepted: false as const, reason: 'an unknown parameter' },
  }
  function session(agreed: readonly ExtensionParameter[]): ExtensionSession {
    extension.opened++
    return { name, parameters: agreed, rsv, encode: (frame) => frame, decode: (frame) => frame, dispose: () => {} }
  }
  return extension
}
