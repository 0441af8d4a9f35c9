import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportToStderr } from '../../../src/runtime/node/error-report.ts'

test('an error is written with role, place and stack, and one that cannot be shown does not throw', (t) => {
  const lines: string[] = []
  t.mock.method(console, 'error', (line: string) => void lines.push(line))
  const report = reportToStderr('server')
  report(new Error('wrong'), 'message')
  report(
    {
      get [Symbol.for('nodejs.util.inspect.custom')](): unknown {
        throw new Error('unshowable')
      },
    },
    'close',
  )
  assert.match(lines[0] ?? '', /^hawser server: message: Error: wrong\n +at /)
  assert.equal(lines[1], 'hawser server: close: the value thrown cannot be shown')
})
