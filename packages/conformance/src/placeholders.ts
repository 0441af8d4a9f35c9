import { acceptOf } from './head.ts'

/** What the rows of a response write in braces, from what the client sent. */
export function clientPlaceholders(key: string, subprotocol: string): ReadonlyMap<string, string> {
  const accept = acceptOf(key)
  return new Map([
    ['subprotocol', subprotocol],
    ['subprotocol-swapped', swapCase(subprotocol)],
    ['subprotocol-line', subprotocol === '' ? '' : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`],
    ['accept-short', accept.slice(0, -2)],
    ['accept-unpadded', accept.slice(0, -1)],
    ['accept-swapped', swapCase(accept)],
    ...changedCharacters.map((place): [string, string] => [`accept-changed-${place}`, withChanged(accept, place)]),
  ])
}

/** The places of characters in a Sec-WebSocket-Accept that the rows change, each by itself; the 28th is padding. */
export const changedCharacters: readonly number[] = [1, 14, 27]

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Changes the highest bit that the character stands for: those of the last one before the padding include two that are not decoded. */
function withChanged(text: string, place: number): string {
  const changed = alphabet[alphabet.indexOf(text[place - 1]!) ^ 32]!
  return text.slice(0, place - 1) + changed + text.slice(place)
}

function swapCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()))
}
