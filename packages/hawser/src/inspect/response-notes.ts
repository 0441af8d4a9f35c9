import { rfc } from './citation.ts'
import { explainExtensions } from './extension-notes.ts'
import type { Note, NoteContext } from './request-notes.ts'

type Explain = (value: string, context: NoteContext, status: number) => Note

const fixed =
  (part: Note['part'], citation: Note['citation'], meaning: string): Explain =>
  () => ({ part, meaning, citation })

const notes: ReadonlyMap<string, Explain> = new Map<string, Explain>([
  [
    'upgrade',
    (_value, _context, status) => ({
      part: 'handshake',
      citation: status === 426 ? rfc(9110, '15.5.22') : rfc(6455, '4.2.2'),
      meaning:
        status === 101
          ? 'The server switches to the WebSocket Protocol. After the empty line, this connection carries frames.'
          : 'The protocol that the client would have to switch to. A 426 must have this field.',
    }),
  ],
  [
    'connection',
    (value, _context, status) => ({
      part: 'handshake',
      citation: status === 101 ? rfc(6455, '4.2.2') : rfc(9110, '7.6.1'),
      meaning: /close/i.test(value)
        ? 'The server closes this connection after the response, so that no early frame is read as another request.'
        : 'Confirms that the Upgrade field is for this hop.',
    }),
  ],
  [
    'sec-websocket-accept',
    fixed(
      'handshake',
      rfc(6455, '4.2.2'),
      'The answer to the key: the SHA-1 of key and GUID in base64, shown step by step below. A cache, or a server without WebSocket support, cannot produce it.',
    ),
  ],
  [
    'sec-websocket-protocol',
    (value) => ({
      part: 'handshake',
      citation: rfc(6455, '4.2.2'),
      meaning: `The subprotocol of this connection: ${value}. It must be one of those offered, and this field may appear only once.`,
    }),
  ],
  [
    'sec-websocket-extensions',
    (value) => ({
      part: 'handshake',
      citation: rfc(6455, '9.1'),
      meaning: `The agreed extensions, in the order in which they process what is sent. Each one accepts an offer of the client.${explainExtensions(value)}`,
    }),
  ],
  ['sec-websocket-version', fixed('handshake', rfc(6455, '4.4'), 'The versions that the server supports; a client can try again with one of them.')],
  ['content-type', fixed('http', rfc(9110, '8.3'), 'The type of the content: an explanation for a person.')],
  ['content-length', fixed('http', rfc(9110, '8.6'), 'The length of the content in bytes. A 101 must not have this field.')],
  ['date', fixed('http', rfc(9110, '6.6.1'), 'When the response was generated.')],
  ['allow', fixed('http', rfc(9110, '10.2.1'), 'The methods that this resource supports. A 405 must have this field.')],
  ['retry-after', fixed('http', rfc(9110, '10.2.3'), 'When to try again.')],
  ['location', fixed('http', rfc(9110, '10.2.2'), 'The new location of the resource. Browsers do not follow redirects of a handshake.')],
  ['www-authenticate', fixed('http', rfc(9110, '11.6.1'), 'How to authenticate.')],
  ['set-cookie', fixed('http', rfc(6265, '4.1'), 'A cookie for the browser to store.')],
  ['cache-control', fixed('http', rfc(9111, '5.2'), 'What caches may do with this response.')],
])

export function statusLineNote(line: string, status: number): Note {
  if (line.startsWith(':status:')) {
    const opened = status >= 200 && status <= 299
    return {
      part: 'handshake',
      meaning: opened
        ? 'Success: over HTTP/2 a 2xx opens the WebSocket, and this stream carries its frames as DATA. There is no key to answer.'
        : 'The handshake failed; other streams of the connection are not affected. Browsers hide this status from scripts, which only see close code 1006.',
      citation: rfc(8441, '5'),
    }
  }
  const meaning =
    status === 101
      ? 'Switching Protocols: the only status that opens a WebSocket connection over HTTP/1.1.'
      : `Any status but 101 means that the handshake failed. Browsers hide this status from scripts, which only see close code 1006. The server sent: ${line}.`
  return { part: 'handshake', meaning, citation: rfc(6455, '4.2.2') }
}

export function responseFieldNote(name: string, value: string, context: NoteContext, status: number): Note {
  const explain = notes.get(name.toLowerCase())
  return (
    explain?.(value, context, status) ?? {
      part: 'unknown',
      meaning: 'Not part of the opening handshake: a field of the application.',
      citation: rfc(9110, '5.1'),
    }
  )
}
