import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import * as tls from 'node:tls'
import { SocketInfo } from '../../../src/runtime/node/socket-info.ts'
import { localhost } from '../../certificates/index.ts'

for (const secure of [false, true]) {
  test(`the information of a socket ${secure ? 'over TLS' : 'without TLS'} has both addresses and how it is encrypted, and keeps what was read`, async (t) => {
    const server = secure ? tls.createServer({ key: localhost.key, cert: localhost.cert }) : net.createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const peer = secure ? tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }) : net.connect({ port, host: '127.0.0.1' })
    const [socket] = (await once(server, secure ? 'secureConnection' : 'connection')) as [net.Socket]
    t.after(() => {
      peer.destroy()
      socket.destroy()
      server.close()
    })
    const info = new SocketInfo(socket)
    assert.deepEqual([info.httpVersion, info.secure], ['1.1', secure])
    assert.deepEqual([info.remoteAddress, info.remotePort], ['127.0.0.1', peer.localPort])
    assert.deepEqual([info.localAddress, info.localPort], ['127.0.0.1', port])
    assert.match(info.tls?.protocol ?? 'none', secure ? /^TLSv1\.[23]$/ : /^none$/)
    assert.equal(info.tls, info.tls, 'read once')
    socket.destroy()
    await once(socket, 'close')
    assert.deepEqual([info.remoteAddress, info.remotePort], ['127.0.0.1', peer.localPort])
    assert.deepEqual([info.localAddress, info.localPort], ['127.0.0.1', port])
  })
}
