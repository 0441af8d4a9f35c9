import type { Capability, ConformanceCase, End, Level, Step } from '../case.ts'
import type { Bytes, FrameSpec, Split } from '../specs.ts'

/** A row as the tables write it; the end is put in front by the table's `forServer`, `forClient` or `forBoth`. */
export interface Row {
  readonly id: string
  readonly why: string
  readonly steps: readonly Step[]
  readonly level?: Level
  readonly section?: string
  readonly requirements?: readonly string[]
  readonly requires?: readonly Capability[]
  readonly url?: string
  readonly slow?: boolean
}

export interface Table {
  readonly area: string
  readonly section: string
  readonly requires?: readonly Capability[]
  readonly requirements?: readonly string[]
  readonly rows: readonly Row[]
  readonly over?: 'http2'
}

export function expand(end: End, tables: readonly Table[]): ConformanceCase[] {
  return tables.flatMap((table) =>
    table.rows.map((row) => ({
      id: `${table.area}/${row.id}`,
      end,
      area: table.area,
      level: row.level ?? 'must',
      section: row.section ?? table.section,
      requirements: row.requirements ?? table.requirements ?? [],
      why: row.why,
      requires: [...(table.requires ?? []), ...(row.requires ?? []), ...(usesBinary(row.steps) ? (['binary'] as const) : [])],
      steps: row.steps,
      ...(row.url === undefined ? {} : { url: row.url }),
      ...(row.slow === true ? { slow: true } : {}),
      ...(table.over === undefined ? {} : { over: table.over }),
    })),
  )
}

/** Whether a case sends a binary message, or waits for one. */
function usesBinary(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    if ('expect' in step) return step.expect === 'message' && step.binary !== undefined
    if (step.do === 'volume') return step.type === 'binary'
    const frames = step.do === 'frames' ? step.frames : step.do === 'request' || step.do === 'response' ? (step.then ?? []) : []
    return frames.some(({ opcode }) => opcode === 2)
  })
}

/** The same rows on a stream of HTTP/2: what frames mean does not depend on what carries them. */
export function overHttp2(tables: readonly Table[]): Table[] {
  return tables.map((table) => ({ ...table, area: `http2/${table.area}`, over: 'http2', requires: ['h2', ...(table.requires ?? [])] }))
}

export const open: Step = { do: 'open' }
export const ended: Step = { expect: 'ended' }
export const alive: Step = { expect: 'alive' }

export function send(frames: readonly FrameSpec[], split?: Split): Step {
  return { do: 'frames', frames, ...(split === undefined ? {} : { split }) }
}

export function text(payload: Bytes, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 1, payload, ...more }
}

export function binary(payload: Bytes, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 2, payload, ...more }
}

export function continuation(payload: Bytes, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 0, payload, ...more }
}

export function ping(payload: Bytes, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 9, payload, ...more }
}

export function pong(payload: Bytes, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 10, payload, ...more }
}

/** A Close frame with a code, or an empty one. */
export function close(code?: number, reason: Bytes = ''): FrameSpec {
  return { opcode: 8, payload: code === undefined ? '' : { concat: [{ hex: code.toString(16).padStart(4, '0') }, reason] } }
}

export function echoText(payload: Bytes): Step {
  return { expect: 'message', text: payload }
}

export function echoBinary(payload: Bytes): Step {
  return { expect: 'message', binary: payload }
}

/** So many small messages in one segment, and their echoes. */
export function manyMessages(count: number): readonly Step[] {
  const messages = Array.from({ length: count }, (_, index) => `message ${index}`)
  return [send(messages.map((message) => text(message))), ...messages.map((message) => echoText(message))]
}

export function fails(...codes: number[]): Step {
  return { expect: 'fail', codes }
}

/** The message in fragments of the given sizes; the rest is the last one. */
export function fragments(opcode: 1 | 2, payload: Bytes, cuts: readonly number[], first: Partial<FrameSpec> = {}): FrameSpec[] {
  const bounds = [0, ...cuts]
  return bounds.map((from, index) => ({
    ...(index === 0 ? first : {}),
    opcode: index === 0 ? opcode : 0,
    fin: index === bounds.length - 1,
    payload: { slice: payload, from, ...(bounds[index + 1] === undefined ? {} : { to: bounds[index + 1]! }) },
  }))
}

export const closing: readonly Step[] = [send([close(1000)]), { expect: 'close' }, ended]
