import { HandshakeError } from '../core/errors.ts'
import { buildExtensionOffers } from '../core/handshake/extension-negotiation.ts'
import type { Extension, ExtensionElement } from '../core/protocol/extension.ts'
import { observeResult } from '../connection/application-code.ts'

/**
 * An extension, which may be the application's, as the opening handshake calls it: asked once for its offers, and failing with nothing but a
 * HandshakeError at stage `extensions`.
 */
export function guardExtension(extension: Extension): Extension {
  const { name, rsv } = extension
  let offers: ReturnType<Extension['offers']> | undefined
  return {
    name,
    rsv,
    accept: (offer) => extension.accept(offer),
    offers: () => (offers ??= call(name, 'offers()', () => extension.offers(), Array.isArray, 'an array')),
    confirm: (response, made) => {
      const decision = call(name, 'confirm()', () => extension.confirm(response, made), isDecision, 'a decision')
      return decision.accepted ? { ...decision, open: () => call(name, 'open()', () => decision.open(), isObject, 'a session') } : decision
    },
  }
}

/** @throws HandshakeError at stage `extensions` */
export function offersOf(extensions: readonly Extension[]): readonly ExtensionElement[] {
  try {
    return buildExtensionOffers(extensions)
  } catch (error) {
    throw error instanceof HandshakeError ? error : failed((error as Error).message, error)
  }
}

function call<T>(name: string, what: string, run: () => T, isResult: (value: unknown) => boolean, wanted: string): T {
  let result: T
  try {
    result = run()
  } catch (cause) {
    throw failed(`${what} of the extension ${name} threw`, cause)
  }
  if (isResult(result)) return result
  observeResult(result, () => {})
  throw failed(`${what} of the extension ${name} did not return ${wanted}`)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isDecision(value: unknown): boolean {
  return isObject(value) && typeof (value as { accepted?: unknown }).accepted === 'boolean'
}

function failed(message: string, cause?: unknown): HandshakeError {
  return new HandshakeError(message, { stage: 'extensions', fault: 'application', ...(cause === undefined ? {} : { cause }) })
}
