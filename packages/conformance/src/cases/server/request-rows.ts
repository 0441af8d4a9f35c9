import type { FieldCheck, Level, Step } from '../../case.ts'
import type { RequestSpec } from '../../specs.ts'
import type { Row } from '../rows.ts'

export const noAccept: FieldCheck = { field: 'Sec-WebSocket-Accept', is: 'absent' }

/** The request and an HTTP error. */
export function refuses(request: RequestSpec, prefer?: readonly number[], orDrop = false): readonly Step[] {
  return [
    { do: 'request', request },
    { expect: 'response', status: 'error', ...(prefer === undefined ? {} : { prefer }), ...(orDrop ? { orDrop } : {}) },
  ]
}

/** The same, where a server of HTTP may see an ordinary request. */
export function isNoHandshake(request: RequestSpec, orDrop = false): readonly Step[] {
  return [
    { do: 'request', request },
    { expect: 'response', status: 'error', ifOrdinary: 'info', ...(orDrop ? { orDrop } : {}) },
  ]
}

/** @param ifRefused what a 4xx or 5xx is worth, where the text is open to it */
export function accepts(request: RequestSpec, ifRefused?: Level): readonly Step[] {
  return [
    { do: 'request', request },
    { expect: 'response', status: [101], ...(ifRefused === undefined ? {} : { ifRefused }) },
    { do: 'frames', frames: [{ opcode: 1, payload: 'open' }] },
    { expect: 'message', text: 'open' },
  ]
}

export function both(id: string, good: boolean, request: RequestSpec, why: string, more: Partial<Row> = {}): Row {
  return { id, why, steps: good ? accepts(request) : refuses(request), ...more }
}

export function info(id: string, request: RequestSpec, why: string, more: Partial<Row> = {}): Row {
  return { id, why, level: 'info', steps: accepts(request), ...more }
}
