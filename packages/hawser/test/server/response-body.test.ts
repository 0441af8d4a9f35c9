import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readResponseBody } from '../../src/server/response-body.ts'

const isAbout = (text: RegExp) => (error: Error) => text.test(error.message)

test('content is read whole from a stream, from arrayBuffer, or is empty', async () => {
  const read = async (response: Response): Promise<string> => Buffer.from(await readResponseBody(response, () => undefined)).toString()
  assert.equal(await read(new Response('streamed')), 'streamed')
  assert.equal(await read(new Response(null)), '')
  const plain = {
    status: 401,
    statusText: '',
    headers: new Headers(),
    arrayBuffer: async () => new TextEncoder().encode('buffered').buffer as ArrayBuffer,
  }
  assert.equal(Buffer.from(await readResponseBody(plain, () => undefined)).toString(), 'buffered')
})

test('a Response given twice is refused with the reason', async () => {
  const response = new Response('once')
  await readResponseBody(response, () => undefined)
  await assert.rejects(
    readResponseBody(response, () => undefined),
    isAbout(/a new Response for each opening handshake/),
  )
})

test('reading can be ended from outside', async () => {
  let cancelled = false
  const body = new ReadableStream({ pull: () => new Promise(() => undefined), cancel: () => void (cancelled = true) })
  let cancel!: () => void
  const content = readResponseBody(new Response(body), (end) => (cancel = end))
  cancel()
  assert.equal((await content).byteLength, 0)
  assert.equal(cancelled, true)
})

test('content above 1 MiB, and content that is not bytes, is refused', async () => {
  await assert.rejects(
    readResponseBody(new Response(new Uint8Array(1_048_576)), () => undefined),
    isAbout(/at most 1048576 bytes/),
  )
  const wrong = { status: 401, statusText: '', headers: new Headers(), arrayBuffer: async () => 1e9 as never }
  await assert.rejects(
    readResponseBody(wrong, () => undefined),
    isAbout(/ArrayBuffer/),
  )
})
