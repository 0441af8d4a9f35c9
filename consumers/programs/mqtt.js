/** mqtt.js with aedes: createWebSocketStream at both ends, all levels of QoS, retained messages, 300 kB payloads, a will. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Aedes } from 'aedes'
import mqtt from 'mqtt'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { closed, listen } from '../help.js'

const broker = await Aedes.createBroker()
const http = createServer()
const server = new WebSocketServer({ server: http, handleProtocols: (offered) => offered.has('mqtt') && 'mqtt' })
server.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request))
const url = `ws://127.0.0.1:${await listen(http)}`

const subscriber = await mqtt.connectAsync(url, { clientId: 'subscriber' })
const publisher = await mqtt.connectAsync(url, { clientId: 'publisher', will: { topic: 'sea/will', payload: 'gone', qos: 1 } })
await subscriber.subscribeAsync('sea/#', { qos: 2 })
const payloads = ['wave', randomBytes(300_000), '', 'grüße']
for (const qos of [0, 1, 2]) {
  for (const payload of payloads) {
    const arrived = once(subscriber, 'message')
    await publisher.publishAsync('sea/north', payload, { qos })
    const [topic, message] = await arrived
    assert.equal(topic, 'sea/north')
    assert.ok(Buffer.from(payload).equals(message))
  }
}
await publisher.publishAsync('sea/level', '42', { retain: true })
const late = await mqtt.connectAsync(url, { clientId: 'late' })
const retained = once(late, 'message')
await late.subscribeAsync('sea/level')
assert.equal(String((await retained)[1]), '42')

const will = new Promise((resolve) => subscriber.on('message', (topic, message) => topic === 'sea/will' && resolve(String(message))))
publisher.options.reconnectPeriod = 0
publisher.stream.destroy()
assert.equal(await will, 'gone')
await Promise.all([subscriber.endAsync(), late.endAsync()])
publisher.end(true)
await new Promise((resolve) => broker.close(resolve))
await closed(server)
await closed(http)
