import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportChoices } from '../../src/inspect/choices.ts'
import { readWireHead } from '../../src/inspect/wire-head.ts'

const head = (...fields: string[]) => readWireHead(Buffer.from(`X\r\n${fields.map((line) => `${line}\r\n`).join('')}\r\n`))
const brief = (choices: ReturnType<typeof reportChoices>): string[] =>
  choices.map(({ offered, isChosen, why }) => `${offered}: ${isChosen ? 'chosen. ' : ''}${why}`)

test('says of each offered subprotocol why it was or was not selected [RFC 6455 §4.2.2]', () => {
  const request = head('Sec-WebSocket-Protocol: other, soap, chat')
  assert.deepEqual(brief(reportChoices(request, head('Sec-WebSocket-Protocol: soap'), ['chat', 'soap'], true)), [
    'other: The server does not declare it.',
    'soap: chosen. The response selects it.',
    'chat: The client prefers soap, and one is selected at most.',
  ])
  assert.deepEqual(brief(reportChoices(request, head('Sec-WebSocket-Protocol: chat'), undefined, true)).slice(0, 1), [
    'other: The server selects chat instead.',
  ])
  assert.deepEqual(brief(reportChoices(request, head(), ['chat'], false)).slice(2), ['chat: The handshake failed.'])
})

test('says of each offered extension how it was agreed, or why it was declined [RFC 6455 §9.1]', () => {
  const request = head('Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8, permessage-deflate; client_max_window_bits, x-other')
  const declined = [{ name: 'permessage-deflate', parameters: [['server_max_window_bits', '8']] as const, reason: 'zlib has no window of 256 bytes' }]
  assert.deepEqual(
    brief(reportChoices(request, head('Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12'), [], true, declined)),
    [
      'permessage-deflate; server_max_window_bits=8: Declined: zlib has no window of 256 bytes.',
      'permessage-deflate; client_max_window_bits: chosen. Agreed as permessage-deflate; client_max_window_bits=12.',
      'x-other: The response does not have it.',
    ],
  )
})
