import { OptionError } from '../core/errors.ts'
import { checkChosenSubprotocol, isFieldValue, isToken, readCallerFields } from '../core/handshake/index.ts'
import { isRefusalField } from '../core/handshake/reserved-fields.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import { isThenable } from '../core/thenable.ts'
import type { Acceptance, ResponseLike } from './options.ts'
import type { ApplicationResponse } from './responder.ts'
import { readResponseBody } from './response-body.ts'

/** The checked decision of the `upgrade` hook. */
export type UpgradeAnswer =
  | { readonly kind: 'accept'; readonly context: unknown; readonly subprotocol: string | undefined; readonly fields: readonly FieldLine[] }
  | { readonly kind: 'respond'; readonly response: ApplicationResponse }

/** Knows how to end the reading of a Response that is still being read. */
export interface ResponseReader {
  reading(cancel: () => void): void
}

/** Shared by all answers without fields of their own. */
export const noFields: readonly FieldLine[] = Object.freeze([])
const acceptanceNames = ['context', 'subprotocol', 'headers', 'cookies']

/**
 * @param agreed the subprotocol that is selected if the hook returns none
 * @param reader gets a function that ends the reading of a Response
 * @throws OptionError for an answer that cannot be sent
 */
export function readUpgradeAnswer(
  answer: unknown,
  offered: readonly string[],
  declared: readonly string[],
  agreed: string | undefined,
  noSubprotocol: NoSubprotocol,
  reader: ResponseReader,
): UpgradeAnswer | Promise<UpgradeAnswer> {
  if (typeof answer !== 'object' || answer === null || isThenable(answer) || Array.isArray(answer)) {
    throw new OptionError(
      'upgrade',
      'an answer: to accept, an object such as { context: { user } } or {}; to refuse, a Response such as new Response(null, { status: 403 })',
      answer,
    )
  }
  if (isResponse(answer)) return readResponse(answer, reader)
  // An unknown member, such as the status of an object meant as a Response, must not become an acceptance.
  for (const name in answer) {
    if (!acceptanceNames.includes(name) && Object.hasOwn(answer, name)) throw unknownMember(name)
  }
  const acceptance = answer as Acceptance<unknown>
  const subprotocol = acceptance.subprotocol === undefined ? agreed : checkChosenSubprotocol(acceptance.subprotocol, offered, declared)
  if (subprotocol === undefined && noSubprotocol === 'refuse' && declared.length > 0) {
    throw new OptionError('acceptance.subprotocol', "one of the declared names, since noSubprotocol is 'refuse'", acceptance.subprotocol)
  }
  if (acceptance.headers === undefined && acceptance.cookies === undefined) {
    return { kind: 'accept', context: acceptance.context, subprotocol, fields: noFields }
  }
  const fields = [...readCallerFields(acceptance.headers, 'acceptance.headers', 'response')]
  if (acceptance.cookies !== undefined && !Array.isArray(acceptance.cookies)) {
    throw new OptionError('acceptance.cookies', 'an array of Set-Cookie values', undefined)
  }
  for (const [index, cookie] of (acceptance.cookies ?? []).entries()) {
    // The value may be a session: the error does not repeat it.
    if (typeof cookie !== 'string' || !isFieldValue(cookie)) {
      throw new OptionError(`acceptance.cookies[${index}]`, 'a Set-Cookie value without CR, LF, NUL or characters above U+00FF', undefined)
    }
    fields.push(['Set-Cookie', cookie])
  }
  return { kind: 'accept', context: acceptance.context, subprotocol, fields }
}

function unknownMember(name: string): OptionError {
  const known = acceptanceNames.join(', ')
  const hint = name === 'status' ? 'to refuse, return a Response' : `what the socket is to carry goes into context: { context: { ${name} } }`
  const message = `the upgrade hook returned an object with ${JSON.stringify(name)} (known: ${known}); ${hint}`
  return new OptionError(`acceptance.${name}`, `one of ${known}`, undefined, message)
}

function isResponse(answer: object): answer is ResponseLike {
  const { status, headers, arrayBuffer } = answer as Partial<ResponseLike>
  return typeof status === 'number' && typeof headers?.forEach === 'function' && typeof arrayBuffer === 'function'
}

async function readResponse(response: ResponseLike, reader: ResponseReader): Promise<UpgradeAnswer> {
  const { status } = response
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new OptionError('upgrade', 'a Response with a final status, 200 to 599; to accept, return an object with context', status)
  }
  const fields: FieldLine[] = []
  response.headers.forEach((value, name) => {
    if (!isRefusalField(name.toLowerCase())) return
    if (!isToken(name) || !isFieldValue(value)) throw new OptionError('upgrade', 'a Response whose fields HTTP allows', name)
    fields.push([name, value])
  })
  // RFC 9110 section 15.5.22.
  if (status === 426) fields.push(['Upgrade', 'websocket'])
  return {
    kind: 'respond',
    response: { status, statusText: response.statusText, fields, body: await readResponseBody(response, (cancel) => reader.reading(cancel)) },
  }
}
