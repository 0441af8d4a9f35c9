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
  ])
}

function swapCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()))
}
