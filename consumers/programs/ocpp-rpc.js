/** ocpp-rpc: subprotocols by handleProtocols, authentication, calls both ways, errors, pings, a refusal, a close with its code. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRPCError, RPCClient, RPCServer } from 'ocpp-rpc'
import { closed, listen } from '../help.js'

const server = new RPCServer({ protocols: ['ocpp1.6'], strictMode: true })
server.auth((accept, reject, { identity, password }) => (String(password ?? '') === 'secret' ? accept({ identity }) : reject(401, 'who are you?')))
const charging = []
server.on('client', (client) => {
  client.handle('Heartbeat', () => ({ currentTime: '2026-01-01T00:00:00Z' }))
  client.handle(({ method }) => {
    throw createRPCError('NotImplemented', method)
  })
  charging.push(client)
})
const http = createServer()
http.on('upgrade', server.handleUpgrade)
const endpoint = `ws://127.0.0.1:${await listen(http)}`

const options = { endpoint, identity: 'EVSE 1', password: 'secret', protocols: ['ocpp1.6'], strictMode: true, pingIntervalMs: 300, reconnect: false }
const client = new RPCClient(options)
client.handle('Reset', ({ params }) => ({ status: params.type === 'Soft' ? 'Accepted' : 'Rejected' }))
await client.connect()
assert.equal(client.protocol, 'ocpp1.6')
const pinged = once(client, 'ping')
for (let i = 0; i < 20; i++) assert.equal((await client.call('Heartbeat', {})).currentTime, '2026-01-01T00:00:00Z')
const [failed] = await Promise.allSettled([client.call('Authorize', { idTag: 'x' })])
assert.equal(failed.reason.rpcErrorCode, 'NotImplemented')
assert.equal(charging[0].identity, 'EVSE 1')
assert.equal((await charging[0].call('Reset', { type: 'Soft' })).status, 'Accepted')
await pinged

for (const [changed, message] of [
  [{ password: 'wrong' }, /Unauthorized/],
  [{ protocols: ['ocpp2.0.1'] }, /subprotocol|400/],
]) {
  const [refused] = await Promise.allSettled([new RPCClient({ ...options, ...changed }).connect()])
  assert.match(refused.reason.message, message)
}

const ended = once(client, 'close')
await charging[0].close({ code: 4100, reason: 'maintenance' })
assert.deepEqual(await ended.then(([{ code, reason }]) => [code, reason]), [4100, 'maintenance'])
await server.close()
await closed(http)
