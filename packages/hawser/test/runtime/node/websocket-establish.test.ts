import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { nodeEstablish } from '../../../src/runtime/node/websocket-establish.ts'
import type { EstablishHandler } from '../../../src/web/runtime.ts'
import { serveFor } from '../../peers/test-server.ts'

const unused = {} as EstablishHandler
const request = (extra: object): Parameters<typeof nodeEstablish.establish>[0] => ({
  url: 'ws://127.0.0.1:1/',
  subprotocols: [],
  extra,
  signal: new AbortController().signal,
})

test('options that the classes replace and options of the wrong type are refused before anything is dialled', () => {
  for (const extra of [
    { open() {} },
    { subprotocols: ['a'] },
    { text: 'bytes' },
    { nope: 1 },
    { limits: { message: -1 } },
    { signal: {} },
    { tls: 1 },
  ]) {
    assert.throws(() => nodeEstablish.establish(request(extra), unused), OptionError)
  }
})

test('a bad port is blocked and permessage-deflate is offered by default, and an option turns off each', async (t) => {
  const failure = await new Promise<Error>((failed) => nodeEstablish.establish(request({}), { ...unused, failed }))
  assert.match(failure.message, /port 1 is blocked/)
  const offers: (string | undefined)[] = []
  const server = await serveFor(t, {
    port: 0,
    upgrade: ({ fields }) => {
      offers.push(fields.get('sec-websocket-extensions'))
      return { context: undefined }
    },
  })
  for (const extra of [{}, { extensions: [] }]) {
    await new Promise<void>((resolve, failed) => {
      nodeEstablish.establish(
        { ...request(extra), url: server.url },
        { open: (connection) => connection.startClosing(undefined, ''), message() {}, closed: () => resolve(), failed },
      )
    })
  }
  assert.match(String(offers[0]), /permessage-deflate/)
  assert.equal(offers[1], undefined)
})
