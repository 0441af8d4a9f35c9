import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { readHttp2Settings } from '../../../src/server/http2/options.ts'

test('HTTP/2 is on unless turned off, with limits that have defaults', () => {
  assert.equal(readHttp2Settings(false), undefined)
  assert.deepEqual(readHttp2Settings(true), readHttp2Settings(undefined))
  const { idleMs, ...rest } = readHttp2Settings({ idleMs: 5, streamWindow: undefined as never }) ?? assert.fail()
  assert.equal(idleMs, 5)
  assert.deepEqual(rest, {
    maxConcurrentStreams: 100,
    streamWindow: 262_144,
    sessionWindow: 2_097_152,
    sessionMemory: 33_554_432,
    resetsPerSecond: 200,
    controlFramesPerSecond: 1_000,
    tinyFramesPerSecond: 1_000,
    overheadPerSecond: 1_048_576,
  })
})

test('a wrong limit throws an OptionError with its name', () => {
  for (const [given, option] of [
    [{ idleMs: 0 }, 'http2.idleMs'],
    [{ sessionWindow: 2 ** 31 }, 'http2.sessionWindow'],
    [{ streamWindow: '1' }, 'http2.streamWindow'],
    [{ nothing: 1 }, 'http2.nothing'],
    [7, 'http2'],
  ] as const) {
    assert.throws(
      () => readHttp2Settings(given as never),
      (error) => error instanceof OptionError && error.option === option,
    )
  }
})

test('docs/http2.md names every limit with its default', () => {
  const page = readFileSync(new URL('../../../../../docs/http2.md', import.meta.url), 'utf8')
  const listed = new Map([...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)]))
  assert.deepEqual(Object.fromEntries(listed), { ...readHttp2Settings(true) })
})
