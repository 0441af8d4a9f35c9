import assert from 'node:assert/strict'
import { test } from 'node:test'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { clientFrame, openingRequest, type RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const RSV1 = 0x40
/** 500,000 DEFLATE streams without content, in 1 MB. */
const streams = Buffer.concat([Buffer.alloc(1_000_000, Buffer.of(0x03, 0x00)), Buffer.of(0)])

async function open(server: { client(): Promise<RawClient> }): Promise<RawClient> {
  const client = await server.client()
  client.write(openingRequest('/', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }))
  assert.match((await client.response()).get('sec-websocket-extensions') ?? '', /permessage-deflate/)
  return client
}

async function echoes(client: RawClient): Promise<void> {
  client.write(clientFrame(1, 'alive?'))
  assert.equal((await client.frame()).payload.toString(), 'alive?')
}

for (const zlib of ['auto', 'public'] as const) {
  test(`a message of half a million DEFLATE streams ends its own connection with 1008, and others are served meanwhile (zlib: ${zlib})`, async (t) => {
    const server = await serveFor(t, {
      extensions: [permessageDeflate({ zlib })],
      message: (socket, message) => void socket.send(message, { compress: false }),
    })
    const [whole, fragmented, other] = [await open(server), await open(server), await open(server)]
    whole.write(clientFrame(2, streams, { rsv: RSV1 }))
    fragmented.write(clientFrame(2, streams, { rsv: RSV1, fin: false }))
    await echoes(other)
    assert.equal((await whole.closeFrame()).code, 1008)
    fragmented.write(clientFrame(0, ''))
    assert.equal((await fragmented.closeFrame()).code, 1008)
    await echoes(other)
  })
}
