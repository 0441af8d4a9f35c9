import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromClient, hex, Recorder, utf8 } from './recorder.ts'

test('while the transport is full, a Ping comes before the frames that wait, the fragments of a message included [RFC 6455 §5.4]', () => {
  const server = new Recorder('server')
  const { connection } = server
  connection.sendText('whole')
  connection.sendFragment('a', { first: true, fin: false })
  server.unsentBytes = 1
  connection.sendPing(new Uint8Array([1]))
  connection.sendPong(new Uint8Array([2]))
  connection.sendFragment('b', { first: false, fin: true })
  assert.equal(server.takeHex(), '890101' + '8a0102' + `8105${hex(utf8('whole'))}` + '010161' + '800162')
})

test('while the transport takes everything, control frames and messages leave in the order of the calls', () => {
  const server = new Recorder('server')
  server.connection.sendText('a')
  server.connection.sendPing()
  server.connection.sendText('b')
  assert.equal(server.takeHex(), '810161' + '8900' + '810162')
})

test('an overtaking control frame of a client is masked with a key of its own [RFC 6455 §5.3]', () => {
  let keys = 0
  const client = new Recorder('client', { random: { fill: () => assert.fail(), uint32: () => ++keys * 0x01010101 } })
  client.unsentBytes = 1
  client.connection.sendPing(new Uint8Array([1]))
  client.connection.sendPing(new Uint8Array([1]))
  assert.equal(client.takeHex(), '89810101010100' + '89810202020203')
})

test('nothing comes behind the Close frame: a Ping that overtakes leaves before it [RFC 6455 §5.5.1]', () => {
  const server = new Recorder('server')
  server.isFull = true
  server.unsentBytes = 1
  server.connection.sendText('x')
  server.connection.sendPing()
  server.connection.close(1000, '', 0)
  server.receive(fromClient(9, '1'))
  server.isFull = false
  assert.equal(server.takeHex(), '8900' + '8a0131' + '810178' + '880203e8')
})
