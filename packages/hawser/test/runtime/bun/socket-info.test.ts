import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BunSocketInfo } from '../../../src/runtime/bun/socket-info.ts'
import { SocketDouble } from './socket-double.ts'

test('the information of a socket keeps the addresses that were read before its end', () => {
  const socket = new SocketDouble()
  const info = new BunSocketInfo(socket)
  assert.deepEqual([info.httpVersion, info.secure], ['1.1', false])
  assert.deepEqual([info.remoteAddress, info.localPort], ['192.0.2.1', 80])
  Object.assign(socket, { remoteAddress: undefined, remotePort: undefined, localAddress: undefined, localPort: undefined })
  assert.deepEqual([info.remoteAddress, info.remotePort, info.localAddress, info.localPort], ['192.0.2.1', 5, '192.0.2.2', 80])
})
