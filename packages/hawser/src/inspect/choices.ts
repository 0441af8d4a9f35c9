import type { DeclinedExtension } from '../connection/socket.ts'
import type { ExtensionParameter } from '../core/protocol/extension.ts'
import { fieldValues, listOfTokens } from './wire-head.ts'
import type { WireHead } from './wire-head.ts'

/** One thing that a client offered. */
export interface Choice {
  readonly kind: 'subprotocol' | 'extension'
  /** As offered, with its parameters. */
  readonly offered: string
  readonly isChosen: boolean
  /** In one sentence. */
  readonly why: string
}

/**
 * @param declared the subprotocols of the server; undefined where only the server knows
 * @param declined offers of extensions with the server's reasons, where they are known
 */
export function reportChoices(
  request: WireHead,
  response: WireHead,
  declared: readonly string[] | undefined,
  isOpened: boolean,
  declined: readonly DeclinedExtension[] = [],
): Choice[] {
  return [
    ...subprotocolChoices(
      listOfTokens(fieldValues(request, 'sec-websocket-protocol')),
      fieldValues(response, 'sec-websocket-protocol')[0],
      declared,
      isOpened,
    ),
    ...extensionChoices(
      listOfTokens(fieldValues(request, 'sec-websocket-extensions')),
      listOfTokens(fieldValues(response, 'sec-websocket-extensions')),
      declined,
      isOpened,
    ),
  ]
}

function subprotocolChoices(
  offered: readonly string[],
  selected: string | undefined,
  declared: readonly string[] | undefined,
  isOpened: boolean,
): Choice[] {
  const chosenAt = isOpened && selected !== undefined ? offered.indexOf(selected) : -1
  return offered.map((name, index) => {
    const isChosen = index === chosenAt
    return { kind: 'subprotocol', offered: name, isChosen, why: isChosen ? 'The response selects it.' : whyNot(name, index) }
  })

  function whyNot(name: string, index: number): string {
    if (declared !== undefined && !declared.includes(name)) return 'The server does not declare it.'
    if (!isOpened) return 'The handshake failed.'
    if (chosenAt === -1) return 'The response selects none.'
    return index > chosenAt ? `The client prefers ${selected}, and one is selected at most.` : `The server selects ${selected} instead.`
  }
}

function extensionChoices(
  offered: readonly string[],
  agreed: readonly string[],
  declined: readonly DeclinedExtension[],
  isOpened: boolean,
): Choice[] {
  const left = agreed.map(nameOf)
  const reasons = [...declined]
  return offered.map((offer) => {
    const name = nameOf(offer)
    const reasonAt = reasons.findIndex((one) => show(one) === normal(offer))
    const reason = reasonAt === -1 ? undefined : reasons.splice(reasonAt, 1)[0]?.reason
    const at = left.indexOf(name)
    if (isOpened && reason === undefined && at !== -1) {
      left.splice(at, 1)
      return { kind: 'extension', offered: offer, isChosen: true, why: `Agreed as ${agreed.find((one) => nameOf(one) === name)}.` }
    }
    const why = isOpened ? (reason === undefined ? 'The response does not have it.' : `Declined: ${reason}.`) : 'The handshake failed.'
    return { kind: 'extension', offered: offer, isChosen: false, why }
  })
}

function nameOf(element: string): string {
  return element.split(';', 1)[0]?.trim() ?? ''
}

/** As in the field. */
export function showElement(name: string, parameters: readonly ExtensionParameter[]): string {
  return [name, ...parameters.map(([parameter, value]) => (value === true ? parameter : `${parameter}=${value}`))].join('; ')
}

function normal(element: string): string {
  return element.replaceAll(/[\s"]/g, '')
}

function show({ name, parameters }: DeclinedExtension): string {
  return normal(showElement(name, parameters))
}
