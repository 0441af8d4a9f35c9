import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadlines } from '../../../src/core/protocol/deadlines.ts'
import { MessageAssembler } from '../../../src/core/protocol/message-assembler.ts'
import { receiving } from '../../../src/core/protocol/receiving.ts'
import { StreamAssembler } from '../../../src/core/protocol/stream-assembler.ts'
import { StreamDeadlines } from '../../../src/core/protocol/stream-deadlines.ts'
import { platform, text } from '../platform.ts'
import { LIMITS, Recorder, StreamRecorder } from './recorder.ts'
import { xor } from './test-extensions.ts'

test('messages come piece by piece where the option, the sink and the extensions allow it', () => {
  const { random, buffers } = platform()
  const streaming = new StreamRecorder('server')
  const cases = [
    [true, streaming, [], true],
    [undefined, streaming, [], false],
    [true, new Recorder('server'), [], false],
    [true, streaming, [xor(1, 0x40)], false],
  ] as const
  for (const [streams, sink, extensions, pieces] of cases) {
    const options = { role: 'server', limits: LIMITS, extensions, text, random, buffers, ...(streams === undefined ? {} : { streams }) } as const
    const { assembler, deadlines } = receiving(options, sink, sink, { paused: false }, 0)
    assert.ok(assembler instanceof (pieces ? StreamAssembler : MessageAssembler))
    assert.equal(deadlines.constructor, pieces ? StreamDeadlines : Deadlines)
  }
})
