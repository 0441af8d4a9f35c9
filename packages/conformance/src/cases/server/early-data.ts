import type { Step } from '../../case.ts'
import { binary, echoBinary, echoText, fails, send, text } from '../rows.ts'
import type { Row } from '../rows.ts'

/**
 * RFC 6455 section 4.1: a client MUST wait for the response before it sends data. The suite breaks that rule here, so what a server does with
 * early data is reported, not judged; only that it goes on serving others is.
 */
export function earlyRows(): Row[] {
  const canonical: Step = { do: 'request' }
  const opened: Step = { expect: 'response', status: [101] }
  return [
    {
      id: 'text',
      level: 'info',
      requirements: ['RS15'],
      why: 'A frame in the handshake’s own segment is a frame, and not lost.',
      steps: [{ do: 'request', then: [text('early')] }, opened, echoText('early')],
    },
    {
      id: 'three-messages',
      level: 'info',
      requirements: ['S12.14'],
      why: 'Several early messages arrive in order.',
      steps: [
        { do: 'request', then: [text('one'), binary({ hex: '02' }), text('three')] },
        opened,
        echoText('one'),
        echoBinary({ hex: '02' }),
        echoText('three'),
      ],
    },
    {
      id: 'half-a-frame',
      level: 'info',
      why: 'The segment may end inside the first frame.',
      steps: [{ do: 'request', then: [text('half of it')], split: { at: -4 } }, opened, echoText('half of it')],
    },
    {
      id: 'ping',
      level: 'info',
      why: 'An early Ping is answered after the 101.',
      steps: [{ do: 'request', then: [{ opcode: 9, payload: 'early' }] }, opened, { expect: 'pong', payload: 'early' }],
    },
    {
      id: 'close',
      level: 'info',
      why: 'An early Close frame is answered after the 101.',
      steps: [{ do: 'request', then: [{ opcode: 8, payload: { hex: '03e8' } }] }, opened, { expect: 'close' }, { expect: 'ended' }],
    },
    {
      id: 'unmasked',
      level: 'info',
      requirements: ['RS15', 'S12.15'],
      section: 'RFC 6455 section 5.1',
      why: 'An early frame is held to the same rules: an unmasked one fails the connection.',
      steps: [{ do: 'request', then: [text('unmasked', { mask: false })] }, opened, fails(1002)],
    },
    {
      id: 'reserved-bit',
      level: 'info',
      section: 'RFC 6455 section 5.2',
      why: 'An early frame with RSV2 fails its own connection and nothing else.',
      steps: [{ do: 'request', then: [text('x', { rsv: 2 })] }, opened, fails(1002), { expect: 'alive', level: 'must' }],
    },
    {
      id: 'many-64-KiB',
      level: 'info',
      requirements: ['S12.14', 'RS14'],
      why: 'More early data than is kept may be refused, but what is accepted arrives whole.',
      steps: [
        { do: 'request', then: Array.from({ length: 16 }, (_, index) => binary({ fill: String(index % 10), length: 3000 })) },
        opened,
        ...Array.from({ length: 16 }, (_, index) => echoBinary({ fill: String(index % 10), length: 3000 })),
      ],
    },
    {
      id: 'bytewise-head-and-frame',
      level: 'info',
      why: 'Head and first frame, byte by byte.',
      steps: [{ do: 'request', then: [text('slow')], split: { every: 1 } }, opened, echoText('slow')],
    },
    {
      id: 'nothing-unasked',
      section: 'RFC 6455 section 4.2.2',
      level: 'info',
      why: 'An echo endpoint says nothing before it is spoken to.',
      steps: [canonical, opened, { expect: 'silence' }],
    },
    { id: 'then-text', why: 'The connection is open with the 101.', steps: [canonical, opened, send([text('go')]), echoText('go')] },
  ]
}
