import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coreOptions, readSocketSettings } from '../../src/connection/socket-settings.ts'
import { createStreamRuntime, DrivenStreamConnection } from '../../src/connection/stream-connection.ts'
import type { Transport } from '../../src/connection/transport.ts'
import type { CloseInfo, MessageSink } from '../../src/core/protocol/index.ts'
import { serializeFrame } from '../../src/core/protocol/index.ts'
import { createTestPlatform, ManualClock, settle, transportPair } from '../../src/testing/index.ts'

class Log implements MessageSink {
  readonly events: string[] = []
  readonly isWorking = false
  on: ((event: string) => void) | undefined
  #note(event: string): void {
    this.events.push(event)
    this.on?.(event)
  }
  message(data: string | Uint8Array, isText: boolean): void {
    this.#note(`${isText ? 'text' : 'binary'} ${typeof data === 'string' ? data : Buffer.from(data).toString('latin1')}`)
  }
  ping(payload: Uint8Array): void {
    this.#note(`ping ${Buffer.from(payload).toString()}`)
  }
  pong(payload: Uint8Array): void {
    this.#note(`pong ${Buffer.from(payload).toString()}`)
  }
  closing(): void {
    this.#note('closing')
  }
  failed({ message }: Error): void {
    this.#note(`failed ${message}`)
  }
  closed({ code }: CloseInfo): void {
    this.#note(`closed ${code}`)
  }
}

function connect(role: 'client' | 'server', transport: Transport, clock: ManualClock): { connection: DrivenStreamConnection; log: Log } {
  const platform = createTestPlatform(role === 'client' ? 1 : 2)
  const settings = readSocketSettings({ keepalive: false })
  const log = new Log()
  const parts = { transport, runtime: createStreamRuntime(platform, clock), settings, sink: log }
  return { connection: new DrivenStreamConnection({ ...parts, core: coreOptions(role, settings, platform, [], false) }), log }
}

function pair(
  capacity?: number,
  clock: ManualClock = new ManualClock(),
): {
  client: DrivenStreamConnection
  server: DrivenStreamConnection
  clientLog: Log
  serverLog: Log
} {
  const [left, right] = transportPair(capacity === undefined ? {} : { capacity })
  const { connection: client, log: clientLog } = connect('client', left!, clock)
  const { connection: server, log: serverLog } = connect('server', right!, clock)
  client.setReading(true)
  server.setReading(true)
  return { client, server, clientLog, serverLog }
}

test('the sink is called at once and in order, with every frame', async () => {
  const { client, serverLog, clientLog } = pair()
  client.sendText('a')
  client.sendBinary(new Uint8Array([0x62]))
  client.sendTextBytes(new Uint8Array([0x63]))
  client.sendPing(new Uint8Array([0x70]))
  client.sendFragment('d', { first: true, fin: false })
  client.sendPong(new Uint8Array([0x71]))
  client.sendFragment(new Uint8Array([0x65]), { first: false, fin: true, isText: true })
  await settle()
  assert.deepEqual(serverLog.events, ['text a', 'binary b', 'text c', 'ping p', 'pong q', 'text de'])
  assert.deepEqual(clientLog.events, ['pong p'])
})

test('a frame that is serialized already leaves as it is, between the messages around it', async () => {
  const { server, clientLog } = pair()
  server.sendText('a')
  server.sendFrame(serializeFrame({ opcode: 1, payload: Buffer.from('b') }))
  server.sendText('c')
  await settle()
  assert.deepEqual(clientLog.events, ['text a', 'text b', 'text c'])
})

test('inside a call of the sink, setReading(false) takes effect before the next frame', async () => {
  const { client, server, serverLog } = pair()
  serverLog.on = (event) => {
    if (event === 'text a' || event === 'ping b') server.setReading(false)
  }
  client.sendText('a')
  client.sendPing(Buffer.from('b'))
  client.sendText('c')
  await settle()
  assert.deepEqual(serverLog.events, ['text a'])
  server.setReading(true)
  assert.deepEqual(serverLog.events, ['text a', 'ping b'])
  server.setReading(true)
  await settle()
  assert.deepEqual(serverLog.events, ['text a', 'ping b', 'text c'])
})

test('whenSent calls back in order, once everything sent before has left, and never at once', async () => {
  const { client } = pair()
  const calls: string[] = []
  client.sendText('a')
  client.whenSent(() => calls.push('a'))
  client.sendText('b')
  client.whenSent((error) => calls.push(`b ${String(error)}`))
  client.flush()
  assert.equal(calls.length, 0)
  await settle()
  assert.equal(calls.join(), 'a,b undefined')
  // Above the size at which output leaves at once.
  client.sendBinary(new Uint8Array(100_000))
  client.whenSent(() => calls.push('large'))
  assert.ok(!calls.includes('large'))
  await settle()
  assert.ok(calls.includes('large'))
})

test('a callback of whenSent that throws keeps no other from being called', async () => {
  const thrown: unknown[] = []
  class Catching extends ManualClock {
    override defer(callback: () => void): void {
      super.defer(() => {
        try {
          callback()
        } catch (error) {
          thrown.push(error)
        }
      })
    }
  }
  const { client } = pair(undefined, new Catching())
  const calls: string[] = []
  const fail = (): void => {
    throw new Error('of the application')
  }
  for (const call of [() => calls.push('a'), fail, () => calls.push('b'), fail, () => calls.push('c')]) {
    client.sendText('x')
    client.whenSent(call)
  }
  await settle()
  assert.equal(calls.join(), 'a,b,c')
  assert.equal(thrown.length, 2)
  // More than a function takes as arguments.
  let count = 0
  client.sendText('x')
  client.whenSent(fail)
  for (let i = 0; i < 200_000; i++) client.whenSent(() => (count += 1))
  await settle()
  assert.deepEqual([count, thrown.length], [200_000, 3])
  assert.match(String(thrown[2]), /of the application/)
})

test('whenSent calls back with an error for what never leaves, and after the end', async () => {
  const { client, server } = pair(10)
  const errors: unknown[] = []
  client.sendText('longer than what the transport takes')
  client.whenSent((error) => errors.push(error))
  server.setReading(false)
  await settle()
  assert.equal(errors.length, 0)
  server.transport.abort()
  await settle()
  client.whenSent((error) => errors.push(error))
  await settle()
  assert.equal(errors.length, 2)
  assert.match(String(errors[1]), /ended before this was sent/)
})

test('a violation is told at once, and again as the reason of the end', async () => {
  const { client, serverLog } = pair()
  client.sendFrame(serializeFrame({ opcode: 3, maskingKey: 1 }))
  await settle()
  assert.deepEqual(serverLog.events.slice(0, 2), ['closing', 'failed a frame had reserved opcode 0x3 (RFC 6455 section 5.2)'])
})

test('nothing is sent after the connection left OPEN', async () => {
  const { client, serverLog } = pair()
  assert.equal(client.sendText('a'), true)
  client.close(1000, '')
  assert.equal(client.readyState, 'CLOSING')
  for (const sent of [client.sendText('b'), client.sendBinary(new Uint8Array()), client.sendPing(), client.sendPong()]) assert.equal(sent, false)
  await settle()
  assert.deepEqual(serverLog.events, ['text a', 'closing', 'closed 1000'])
})
