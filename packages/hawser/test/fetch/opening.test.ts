import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { readFetchRequest, readRemoteAddress, RequestTransport } from '../../src/fetch/opening.ts'
import { openingOf } from './doubles.ts'

test('a request becomes method, target, fields and scheme', () => {
  const head = readFetchRequest(openingOf('/a/b?c=%41'))
  assert.deepEqual([head?.method, head?.target, head?.httpVersion, head?.secure], ['GET', '/a/b?c=%41', '1.1', false])
  assert.equal(head?.fields.get('upgrade'), 'websocket')
  assert.equal(readFetchRequest(new Request('https://a.example/'))?.secure, true)
})

test('the host of the URL stands for a Host that the platform does not show', () => {
  assert.equal(readFetchRequest(openingOf('/', { host: undefined }))?.fields.get('host'), 'a.example')
})

test('a URL that is not absolute cannot be read', () => {
  assert.equal(readFetchRequest({ method: 'GET', url: '/', headers: new Headers() }), undefined)
})

test('the client goes away: once, also where it had gone before, and not after the decision', async () => {
  for (const [abortFirst, decided, expected] of [
    [false, false, 1],
    [true, false, 1],
    [false, true, 0],
  ] as const) {
    const controller = new AbortController()
    const transport = new RequestTransport({}, false, controller.signal)
    let ended = 0
    if (abortFirst) controller.abort()
    transport.attach({ data() {}, end: () => void ended++, drained() {}, closed: () => assert.fail('nothing would be answered') })
    if (decided) transport.pause()
    controller.abort()
    await Promise.resolve()
    assert.equal(ended, expected)
  }
})

test('an address is a string, or unknown', () => {
  assert.deepEqual(
    ['192.0.2.1', null, undefined].map((address) => readRemoteAddress(() => address)),
    ['192.0.2.1', undefined, undefined],
  )
  for (const address of [5, {}, true]) assert.throws(() => readRemoteAddress(() => address), OptionError)
  assert.throws(() => readRemoteAddress(() => Promise.reject(new Error('later'))), TypeError)
})
