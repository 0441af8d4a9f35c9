import type { Step } from '../../case.ts'
import { alive } from '../rows.ts'
import type { Row } from '../rows.ts'
import { accepts } from './request-rows.ts'

export function limitRows(): Row[] {
  return [
    {
      id: 'field-of-100000-bytes',
      level: 'info',
      requirements: ['RS14'],
      why: 'A field line larger than a server wishes to process is answered with an error; how large is its own choice.',
      steps: [
        { do: 'request', request: { lines: [`X-Field: ${'a'.repeat(100_000)}`] } },
        { expect: 'response', status: 'error', prefer: [431, 400], orDrop: true },
      ],
    },
    {
      id: 'field-endless',
      level: 'info',
      requirements: ['RS14'],
      why: 'A line that never ends is cut off by a limit, not by memory; the limit is the server’s choice.',
      steps: [
        { do: 'bytes', bytes: { concat: ['GET / HTTP/1.1\r\nX-Field: ', { fill: 'a', length: 300_000 }] } },
        { expect: 'response', status: 'error', prefer: [431, 400], orDrop: true },
      ],
    },
    {
      id: 'request-line-endless',
      level: 'info',
      requirements: ['H14', 'RS14'],
      section: 'RFC 9112 section 3',
      why: 'A request line that never ends is cut off by a limit, which is the server’s choice.',
      steps: [
        { do: 'bytes', bytes: { concat: ['GET /', { fill: 'a', length: 300_000 }] } },
        { expect: 'response', status: 'error', orDrop: true },
      ],
    },
    {
      id: 'fields-5000-upgrade-last',
      requirements: ['RS14'],
      why: 'When fields beyond a count are dropped silently, Upgrade can be among them; that once crashed a server.',
      steps: [
        {
          do: 'request',
          request: { set: { Upgrade: null }, lines: [...Array.from({ length: 5000 }, (_, index) => `X-${index}: a`), 'Upgrade: websocket'] },
        },
        { expect: 'response', status: 'any', orDrop: true },
        alive,
      ],
    },
    {
      id: 'fields-50',
      level: 'info',
      requirements: ['RS4'],
      why: 'Behind proxies and with cookies fifty fields are ordinary.',
      steps: accepts({ lines: Array.from({ length: 50 }, (_, index) => `X-Field-${index}: value ${index}`) }),
    },
    {
      id: 'field-of-4000-bytes',
      level: 'info',
      requirements: ['RS4'],
      why: 'A cookie of 4000 bytes is ordinary.',
      steps: accepts({ lines: [`Cookie: a=${'c'.repeat(4000)}`] }),
    },
    {
      id: 'white-space-in-connection',
      requirements: ['RS1'],
      why: 'Thousands of spaces in a list once took a regular expression minutes; the answer comes at once, whatever it is.',
      steps: [
        { do: 'request', request: { set: { Connection: `keep-alive,${' '.repeat(6000)}Upgrade` } } },
        { expect: 'response', status: 'any', orDrop: true },
        alive,
      ],
    },
  ]
}

export function segmentRows(): Row[] {
  const places: [string, number, string][] = [
    ['in-method', 1, 'inside the method'],
    ['after-method', 3, 'between method and space'],
    ['before-target', 4, 'before the target'],
    ['in-line-end', -1, 'between the last CR and LF'],
    ['before-empty-line', -2, 'before the empty line'],
    ['in-last-field', -5, 'inside the last field'],
  ]
  const opened: Step[] = [
    { expect: 'response', status: [101] },
    { do: 'frames', frames: [{ opcode: 1, payload: 'open' }] },
    { expect: 'message', text: 'open' },
  ]
  return [
    ...places.map(
      ([id, at, what]): Row => ({
        id: `split-${id}`,
        requirements: ['S12.2'],
        section: 'RFC 9112 section 2.2',
        why: `A segment may end ${what}.`,
        steps: [{ do: 'request', split: { at } }, ...opened],
      }),
    ),
    ...Array.from({ length: 12 }, (_, index): Row => {
      const at = 10 + index * 12
      return {
        id: `split-at-${at}`,
        requirements: ['S12.2'],
        section: 'RFC 9112 section 2.2',
        why: `A segment may end after byte ${at} of the head.`,
        steps: [{ do: 'request', split: { at } }, ...opened],
      }
    }),
    {
      id: 'bytewise',
      requirements: ['S12.1'],
      section: 'RFC 9112 section 2.2',
      why: 'The head may come byte by byte.',
      steps: [{ do: 'request', split: { every: 1 } }, ...opened],
    },
    {
      id: 'three-bytes',
      requirements: ['S12.1', 'S12.2'],
      section: 'RFC 9112 section 2.2',
      why: 'The head may come in pieces of three bytes.',
      steps: [{ do: 'request', split: { every: 3 } }, ...opened],
    },
    {
      id: 'after-ordinary-request',
      requirements: ['S12.7'],
      section: 'RFC 9112 section 9.3',
      why: 'A handshake may follow an ordinary request on a connection that stays.',
      steps: [
        { do: 'request', request: { raw: 'GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n' } },
        { expect: 'response', status: 'any', orDrop: true },
        { do: 'request' },
        { expect: 'response', status: [101], orDrop: true },
      ],
    },
  ]
}
