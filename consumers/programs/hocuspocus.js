/** Hocuspocus 3 with Yjs: two providers over ws edit a document at once, awareness, a refused token, a document read anew. */
import assert from 'node:assert/strict'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { Server } from '@hocuspocus/server'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { until } from '../help.js'

const server = new Server({
  port: 0,
  address: '127.0.0.1',
  quiet: true,
  async onAuthenticate({ token }) {
    if (token !== 'right') throw new Error('wrong token')
  },
})
await server.listen()
const url = `ws://127.0.0.1:${server.address.port}`

const opened = []
const open = (token, document = new Y.Doc()) => {
  const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket })
  const provider = new HocuspocusProvider({ websocketProvider, name: 'page', document, token })
  provider.attach()
  opened.push(provider, websocketProvider)
  return provider
}
const [one, two] = [open('right'), open('right')]
await until(() => one.isSynced && two.isSynced)
const [first, second] = [one.document.getText('body'), two.document.getText('body')]
for (let i = 0; i < 50; i++) {
  first.insert(0, 'a')
  second.insert(second.length, 'b')
}
await until(() => first.length === 100 && second.length === 100)
assert.equal(first.toString(), second.toString())
assert.match(first.toString(), /^(a+b+|b+a+)$/)

one.setAwarenessField('user', { name: 'Zoë' })
await until(() => two.awareness.getStates().get(one.document.clientID)?.user?.name === 'Zoë')

first.insert(0, 'long '.repeat(20_000))
const late = open('right')
await until(() => late.document.getText('body').length === 100_100)

let reason
open('wrong').on('authenticationFailed', (event) => (reason = event.reason))
await until(() => reason !== undefined)
assert.equal(reason, 'permission-denied')
for (const one of opened) one.destroy()
await server.destroy()
