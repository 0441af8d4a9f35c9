import type { ObservedFrame, ObservedHandshake, Observer } from '../connection/observer.ts'
import { withholdCredentials } from '../inspect/credentials.ts'
import type { ConnectOutput } from './connect-output.ts'
import { bytesToText } from './payload.ts'

const names: ReadonlyMap<number, string> = new Map([
  [8, 'Close'],
  [9, 'Ping'],
  [10, 'Pong'],
])

/** `hawser connect --verbose`: both heads of the opening handshake, and control frames; credentials are withheld, because such output is passed on. */
export function verboseObserver(output: Pick<ConnectOutput, 'note'>): Observer {
  return {
    handshake({ request, response, error }: ObservedHandshake) {
      for (const line of headLines(request)) output.note(`> ${line}`)
      // A failure is explained in full
      if (error === undefined) for (const line of headLines(response)) output.note(`< ${line}`)
    },
    connection: () => ({ payloadBytes: 125, frame: (frame) => showControl(output, frame) }),
  }
}

function headLines(head: Uint8Array): string[] {
  const text = withholdCredentials(Buffer.from(head).toString('latin1')).split('\r\n\r\n', 1)[0] ?? ''
  return text === '' ? [] : text.split('\r\n')
}

function showControl(output: Pick<ConnectOutput, 'note'>, { direction, opcode, payload }: ObservedFrame): void {
  const name = names.get(opcode)
  if (name === undefined) return
  const what = opcode === 8 ? closeText(payload) : payload.length === 0 ? '' : ` ${payloadText(payload)}`
  output.note(`${direction === 'sent' ? '>' : '<'} ${name}${what}`)
}

function closeText(payload: Uint8Array): string {
  if (payload.length < 2) return ''
  const code = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0)
  return payload.length === 2 ? ` ${code}` : ` ${code} ${payloadText(payload.subarray(2))}`
}

function payloadText(payload: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload)
    if (!/\p{Cc}/u.test(text)) return JSON.stringify(text)
  } catch {
    // Random bytes, as those of keepalive
  }
  return bytesToText(payload, 'hex')
}
