import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseFrameHeader } from '../../src/core/protocol/frame.ts'
import { CLOSE, describeOpcode } from '../../src/core/protocol/opcode.ts'
import { hex, join, LIMITS, Recorder, StreamRecorder, unhex } from '../core/protocol/recorder.ts'

type Step = Uint8Array | 'FIN' | 'GONE'

interface Vector {
  readonly name: string
  readonly role: 'client' | 'server'
  readonly options: { limits?: object }
  readonly steps: readonly Step[]
  readonly log: readonly string[]
  readonly out: readonly string[]
}

function parseVectors(markdown: string): Vector[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [name, ...lines] = section.trimEnd().split('\n')
      const parts = new Map<string, string[]>()
      let current: string[] = []
      for (const line of lines) {
        const key = /^(\w+):\s*(.*)$/.exec(line)
        if (key !== null) parts.set(key[1]!, (current = key[2] === '' ? [] : [key[2]!]))
        else if (line.trim() !== '') current.push(line.trim())
      }
      const role = parts.get('role')?.[0]
      if (role !== 'client' && role !== 'server') throw new Error(`${name}: role`)
      const steps = (parts.get('in') ?? []).map(parseStep)
      return {
        name: name!,
        role,
        options: JSON.parse(parts.get('options')?.[0] ?? '{}'),
        steps,
        log: parts.get('log') ?? [],
        out: parts.get('out') ?? [],
      }
    })
}

function parseStep(line: string): Step {
  const words = line.replace(/;.*$/, '').match(/"[^"]*"|\S+/g) ?? []
  if (words[0] === 'FIN' || words[0] === 'GONE') return words[0]
  return join(
    words.map((word) => {
      if (word.startsWith('"')) return new Uint8Array(Buffer.from(word.slice(1, -1)))
      const [bytes, times] = word.split('*')
      return times === undefined ? unhex(bytes!) : new Uint8Array(Number(times)).fill(Number.parseInt(bytes!, 16))
    }),
  )
}

function abbreviate(line: string): string {
  return line.replace(/\b[0-9a-f]{201,}$/, (bytes) => `${bytes.slice(0, 8)} #${bytes.length / 2}`)
}

function framesOf(bytes: Uint8Array): string[] {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = parseFrameHeader(bytes, at)!
    const start = at + header.headerLength
    at = start + header.payloadLength
    const payload = bytes.subarray(start, at)
    const shown = header.opcode === CLOSE ? (payload.length < 2 ? '' : String((payload[0]! << 8) | payload[1]!)) : hex(payload)
    lines.push(abbreviate(`${describeOpcode(header.opcode)} ${shown}`.trim()))
  }
  return lines
}

function run(vector: Vector, split: (bytes: Uint8Array) => Uint8Array[], Kind: typeof Recorder = Recorder): { log: string[]; out: string[] } {
  const random = { fill: (target: Uint8Array): void => void target.fill(0), uint32: (): number => 0 }
  const recorder = new Kind(vector.role, { random, limits: { ...LIMITS, ...vector.options.limits } })
  let bytes: Uint8Array[] = []
  const flush = (): void => {
    if (bytes.length > 0) recorder.receive(...split(join(bytes)))
    bytes = []
  }
  for (const step of [...vector.steps, 'GONE' as const]) {
    if (step instanceof Uint8Array) {
      bytes.push(step)
      continue
    }
    flush()
    if (step === 'FIN') recorder.connection.receiveEnd(0)
    else recorder.connection.transportClosed(undefined, 0)
  }
  return { log: recorder.log.map(abbreviate), out: framesOf(recorder.take()) }
}

function randomSplits(seed: number): (bytes: Uint8Array) => Uint8Array[] {
  let state = seed
  return (bytes) => {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < bytes.length; ) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const length = 1 + ((state >>> 16) % (bytes.length > 1000 ? 20000 : 8))
      pieces.push(bytes.subarray(at, at + length))
      at += length
    }
    return pieces
  }
}

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.md') && name !== 'README.md')) {
  for (const vector of parseVectors(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))) {
    test(`${file}: ${vector.name}`, () => {
      const expected = { log: vector.log, out: vector.out }
      assert.deepEqual(
        run(vector, (bytes) => [bytes]),
        expected,
        'whole',
      )
      assert.deepEqual(
        run(vector, (bytes) => Array.from(bytes, (byte) => new Uint8Array([byte]))),
        expected,
        'byte by byte',
      )
      for (let seed = 1; seed <= 12; seed++) assert.deepEqual(run(vector, randomSplits(seed)), expected, `split with seed ${seed}`)
    })

    test(`${file}, with messages as streams: ${vector.name}`, () => {
      const expected = { log: vector.log, out: vector.out }
      const splits = [
        (bytes: Uint8Array): Uint8Array[] => [bytes],
        (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => new Uint8Array([byte])),
        ...[1, 2, 3, 4].map(randomSplits),
      ]
      for (const split of splits) assert.deepEqual(run(vector, split, StreamRecorder), expected)
    })
  }
}
