import type { Step } from '../../case.ts'
import type { Bytes } from '../../specs.ts'
import { echoBinary, echoText, send } from '../rows.ts'
import type { Row } from '../rows.ts'
import { json, packed, plain } from './deflate-rows.ts'

const parameterSets: [string, string, readonly string[]][] = [
  ['default', '', []],
  ['server-no-takeover', '; server_no_context_takeover', ['S12.26']],
  ['client-no-takeover', '; client_no_context_takeover', ['PD3']],
  ['no-takeover', '; server_no_context_takeover; client_no_context_takeover', ['S12.26', 'PD3']],
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits): [string, string, readonly string[]] => [
    `server-window-${bits}`,
    `; server_max_window_bits=${bits}`,
    bits === 8 ? ['S12.25', 'PD8', 'PD4'] : ['PD4'],
  ]),
  ...[8, 9, 10, 12, 15].map((bits): [string, string, readonly string[]] => [
    `client-window-${bits}`,
    `; client_max_window_bits=${bits}`,
    ['PD5', 'S12.27'],
  ]),
  [
    'windows-9-no-takeover',
    '; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
    ['PD4', 'PD5'],
  ],
]

export function parameterRows(): Row[] {
  return parameterSets.flatMap(([name, parameters, requirements]): Row[] => {
    const begin: Step = { do: 'open', deflate: plain + parameters }
    const noise: Bytes = { random: 20_000 }
    const repetitive: Bytes = { fill: 'abcdefghij0123456789', length: 40_000 }
    const near: Bytes = { random: 300 }
    const far: Bytes = { concat: [{ random: 700 }, { fill: '.', length: 300 }] }
    return [
      {
        id: `${name}-repeated`,
        requirements,
        why: `The same JSON text five times with ${name}: the second can lie in the first one’s window.`,
        steps: [begin, ...Array.from({ length: 5 }, () => [send([packed(json)]), echoText(json)]).flat()],
      },
      {
        id: `${name}-noise`,
        requirements,
        why: `Bytes that do not compress with ${name}, twice.`,
        steps: [begin, ...Array.from({ length: 2 }, () => [send([packed(noise, { opcode: 2 })]), echoBinary(noise)]).flat()],
      },
      {
        id: `${name}-long`,
        requirements,
        why: `A long text of short repetitions with ${name}.`,
        steps: [begin, send([packed(repetitive)]), echoText(repetitive)],
      },
      {
        id: `${name}-near`,
        requirements,
        why: `Repetitions 300 bytes apart with ${name}: within a window of 2^9, beyond one of 2^8.`,
        steps: [begin, send([packed({ concat: [near, near, near] }, { opcode: 2 })]), echoBinary({ concat: [near, near, near] })],
      },
      {
        id: `${name}-far`,
        requirements,
        why: `Repetitions 1000 bytes apart with ${name}: within a window of 2^10, beyond one of 2^9.`,
        steps: [
          begin,
          ...Array.from({ length: 3 }, () => [
            send([packed({ concat: [far, far, far] }, { opcode: 2 })]),
            echoBinary({ concat: [far, far, far] }),
          ]).flat(),
        ],
      },
    ]
  })
}
