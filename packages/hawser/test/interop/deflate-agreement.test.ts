import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import type { Extension } from '../../src/core/protocol/extension.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'

const echoServer = (extension: Extension) => serve({ port: 0, extensions: [extension], message: (socket, data) => void socket.send(data) })

const never = (): never => {
  throw new Error('not asked')
}

test("the server's socket has the agreed extensions with their ratio, and the declined offers with the reason [PD1, PD7]", async () => {
  await using server = await echoServer(permessageDeflate())
  const offers =
    'permessage-deflate; x=1, bbf-usp-protocol, permessage-deflate; server_max_window_bits=99, permessage-deflate; server_max_window_bits="10", permessage-deflate'
  const raw = await RawClient.to({ port: server.port })
  raw.write(openingRequest('/', { 'Sec-WebSocket-Extensions': offers }))
  const response = await raw.response()
  assert.equal(response.get('sec-websocket-extensions'), 'permessage-deflate; server_max_window_bits=10')
  const [socket] = server.connections
  const text = Buffer.from('to be compressed '.repeat(20))
  raw.write(clientFrame(1, deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4), { rsv: 0x40 }))
  const echo = await raw.frame()
  const agreed = socket?.extensions[0]
  assert.deepEqual(agreed?.parameters, [['server_max_window_bits', '10']])
  assert.equal(agreed.statistics?.sent.ratio, text.length / echo.payload.length)
  assert.deepEqual(
    socket?.declinedExtensions.map(({ name, parameters }) => [name, parameters]),
    [
      ['permessage-deflate', [['x', '1']]],
      ['bbf-usp-protocol', []],
      ['permessage-deflate', [['server_max_window_bits', '99']]],
      ['permessage-deflate', []],
    ],
  )
  const reasons = socket.declinedExtensions.map(({ reason }) => reason)
  for (const [index, pattern] of [/x/, /not supported/, /server_max_window_bits.*99/, /earlier offer/].entries())
    assert.match(reasons[index] as string, pattern)
  raw.destroy()
})

test("the client's socket has the agreed extensions with their ratio, and the offers that the server did not accept", async () => {
  await using server = await echoServer(permessageDeflate())
  const own: Extension = { name: 'x-own', rsv: 0x20, offers: () => [[['mode', 'a']]], accept: never, confirm: never }
  const socket = await connect(server.url, { extensions: [own, permessageDeflate({ serverMaxWindowBits: 10 })] })
  const text = 'to be compressed '.repeat(20)
  socket.send(text)
  for await (const message of socket) {
    assert.equal(message, text)
    break
  }
  const [agreed, second] = socket.extensions
  assert.equal(second, undefined)
  assert.deepEqual(agreed?.parameters, [
    ['server_max_window_bits', '10'],
    ['client_max_window_bits', '12'],
  ])
  assert.ok((agreed.statistics?.sent.ratio ?? 0) > 5 && (agreed.statistics?.received.ratio ?? 0) > 5)
  assert.deepEqual(socket.declinedExtensions, [{ name: 'x-own', parameters: [['mode', 'a']], reason: 'the server did not accept it' }])
  socket.terminate()
  const bare = await connect(server.url)
  assert.deepEqual([bare.extensions, bare.declinedExtensions], [[], []])
  bare.terminate()
})
