import { continuation, echoText, fails, fragments, send, text } from '../rows.ts'
import type { Row } from '../rows.ts'
import { agreed, json, packed, plain, raw } from './deflate-rows.ts'

export function wrongRows(): Row[] {
  const broken: [string, string, string][] = [
    ['reserved-block-type', 'ffffff', 'a block of the reserved type'],
    ['stored-length', '000500000048656c6c6f00', 'a stored block whose length and its complement disagree'],
    ['distance-before-start', 'f200110000', 'a reference before the beginning of everything'],
    ['truncated-stored', '000500faff4865', 'a stored block that ends too early'],
    ['bad-code-lengths', '04ffffffffffff00', 'a dynamic block with impossible code lengths'],
    ['noise', 'deadbeefcafebabe', 'noise'],
  ]
  return [
    ...broken.map(
      ([id, hex, what]): Row => ({
        id: `stream-${id}`,
        section: 'RFC 7692 section 7.2.2',
        why: `A compressed message that is ${what} fails the connection, and nothing of it is delivered.`,
        steps: [agreed, send([raw(hex)]), fails(1007, 1002, 1009, 1011, 1003)],
      }),
    ),
    {
      id: 'after-good-message',
      section: 'RFC 7692 section 7.2.2',
      why: 'A broken stream after a good message is as broken.',
      steps: [agreed, send([packed(json)]), echoText(json), send([raw('ffffff')]), fails(1007, 1002, 1011, 1003)],
    },
    {
      id: 'rsv1-on-continuation',
      section: 'RFC 7692 section 6.1',
      why: 'Only the first frame of a message may have RSV1.',
      steps: [agreed, send([raw('f248cd', { fin: false }), { opcode: 0, rsv: 4, payload: { hex: 'c9c90700' } }]), fails(1002)],
    },
    {
      id: 'rsv1-on-continuation-of-uncompressed',
      section: 'RFC 7692 section 6.1',
      why: 'A message that began uncompressed does not become compressed.',
      steps: [agreed, send([text('a', { fin: false }), { opcode: 0, rsv: 4, payload: { hex: 'f248cdc9c90700' } }]), fails(1002)],
    },
    ...(
      [
        ['ping', 9],
        ['pong', 10],
        ['close', 8],
      ] as const
    ).map(([name, opcode]) => ({
      id: `rsv1-on-${name}`,
      section: 'RFC 7692 section 6.1',
      why: `A ${name} frame is never compressed: RSV1 on it fails the connection.`,
      steps: [agreed, send([{ opcode, rsv: 4, payload: opcode === 8 ? { hex: '03e8' } : 'x' }]), fails(1002)],
    })),
    ...(
      [
        ['RSV2', 2],
        ['RSV3', 1],
        ['RSV1+2', 6],
      ] as const
    ).map(([name, rsv]) => ({
      id: `${name}`,
      section: 'RFC 6455 section 5.2',
      why: `permessage-deflate defines RSV1 and no other bit: ${name} fails the connection.`,
      steps: [agreed, send([{ opcode: 1, rsv, payload: { hex: 'f248cdc9c90700' } }]), fails(1002)],
    })),
    ...[true, false].map((fin) => ({
      id: `orphan-after-compressed-${fin ? 'final' : 'not-final'}`,
      section: 'RFC 6455 section 5.4',
      why: 'A continuation frame after a compressed message continues nothing either.',
      steps: [agreed, send([packed(json)]), echoText(json), send([continuation('orphan', { fin })]), fails(1002)],
    })),
    {
      id: 'takeover-not-agreed',
      level: 'info',
      section: 'RFC 7692 section 7.2.2',
      requirements: ['PD3'],
      why: 'Where no context is taken over, a receiver MAY decompress with an empty window, and then this reference reaches before its beginning.',
      steps: [
        { do: 'open', deflate: `${plain}; server_no_context_takeover; client_no_context_takeover` },
        send([raw('f248cdc9c90700')]),
        echoText('Hello'),
        send([raw('f200110000')]),
        fails(1007, 1002, 1011, 1003),
      ],
    },
    ...[
      ['ff', 'ff'],
      ['surrogate', 'eda080'],
      ['truncated', 'e282'],
      ['overlong', 'c0af'],
    ].map(([id, hex]) => ({
      id: `utf8-${id}`,
      section: 'RFC 6455 section 8.1',
      why: 'A compressed text is validated as UTF-8 once it is decompressed.',
      steps: [agreed, send([packed({ concat: ['text ', { hex: hex! }] })]), fails(1007)],
    })),
    {
      id: 'utf8-late',
      section: 'RFC 6455 section 8.1',
      why: 'A compressed text is validated to its end, however long it is once it is decompressed.',
      steps: [agreed, send([packed({ concat: [{ fill: 'text ', length: 4096 }, { hex: 'ff' }] })]), fails(1007)],
    },
    {
      id: 'bomb',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'The limit is one of the message, not of its compressed form.',
      steps: [agreed, send([packed({ overLimit: 1, fill: 'x' })]), fails(1009)],
    },
    {
      id: 'bomb-large',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'A thousandfold expansion stops at the limit, not at the end.',
      steps: [agreed, send([packed({ overLimit: 12_000_000, fill: 'x' })]), fails(1009)],
    },
    {
      id: 'bomb-fragments',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'A bomb in fragments is one as well.',
      steps: [agreed, send(fragments(1, { deflate: { overLimit: 1, fill: 'x' } }, [10, 20], { rsv: 4 })), fails(1009)],
    },
    {
      id: 'limit-exactly',
      section: 'RFC 6455 section 10.4',
      requires: ['max-message'],
      requirements: ['RS14'],
      why: 'A message of exactly the limit is taken, however well it compresses.',
      steps: [agreed, send([packed({ overLimit: 0, fill: 'x' })]), echoText({ overLimit: 0, fill: 'x' })],
    },
  ]
}
