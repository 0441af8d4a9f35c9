import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { KEY, Recorder } from './recorder.ts'

const close = (code: number): Uint8Array => serializeFrame({ opcode: 8, payload: new Uint8Array([code >>> 8, code & 0xff]), maskingKey: KEY })

/** Every way into the end of a server's connection, and what comes next. */
const steps: { readonly [name: string]: (recorder: Recorder) => void } = {
  close: ({ connection }) => connection.close(1000, '', 0),
  'Close frame': (recorder) => recorder.receive(close(1001)),
  violation: (recorder) => recorder.receive(serializeFrame({ opcode: 3, maskingKey: KEY })),
  FIN: ({ connection }) => connection.receiveEnd(0),
  gone: ({ connection }) => connection.transportClosed(undefined),
  reset: ({ connection }) => connection.transportClosed(new Error('reset')),
  timeout: ({ connection }) => connection.handleTimeout(connection.nextTimeout()),
}

test('in whatever order three things happen: closing once at most, closed once, nothing after it, one Close frame at most (RFC 6455 section 7)', () => {
  const names = Object.keys(steps)
  for (const a of names) {
    for (const b of names) {
      for (const c of names) {
        const recorder = new Recorder('server')
        for (const name of [a, b, c]) if (recorder.info === undefined) steps[name]!(recorder)
        const sent = Buffer.from(recorder.take()).toString('latin1').split('\x88').length - 1
        if (recorder.info === undefined) recorder.finish()
        const { log } = recorder
        const order = `${a}, ${b}, ${c}: ${log.join(', ')}`
        const count = (line: string): number => log.filter((entry) => entry.startsWith(line)).length
        assert.ok(count('closing') <= 1, order)
        assert.equal(count('closed'), 1, order)
        assert.match(log.at(-1)!, /^closed/, order)
        assert.ok(count('end transport') <= 1 && count('abort transport') <= 1, order)
        assert.ok(sent <= 1, order)
        const info = recorder.info!
        assert.equal(info.wasClean, info.error === undefined, order)
        assert.equal(info.code, info.received?.code ?? 1006, order)
      }
    }
  }
})
