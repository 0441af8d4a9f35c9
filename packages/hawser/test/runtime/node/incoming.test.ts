import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { incomingMessage } from '../../../src/runtime/node/incoming.ts'
import { attach } from '../../../src/runtime/node/serve.ts'
import { openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const sessions = new Map([['s1', { user: 'ann' }]])

interface WithSession extends IncomingMessage {
  session?: { user: string }
}

/** As middleware of Express and Connect is written. */
function session(request: WithSession, _response: ServerResponse, next: () => void): void {
  const found = sessions.get(/\bsid=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '')
  if (found !== undefined) request.session = found
  setImmediate(next)
}

test('the hook hands the request of node:http to session middleware and gets the user into the context', async (t) => {
  const http = createServer()
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const server = attach(http, {
    upgrade: async (request) => {
      const incoming: WithSession | undefined = incomingMessage(request)
      assert.ok(incoming !== undefined && incoming === request.incoming)
      await new Promise<void>((resolve) => session(incoming, {} as ServerResponse, resolve))
      return incoming.session === undefined ? new Response('', { status: 401 }) : { context: incoming.session }
    },
    open: (socket) => void socket.send(socket.context?.user ?? ''),
  })
  t.after(async () => {
    await server.close()
    http.close()
    http.closeAllConnections()
  })
  const client = await RawClient.to({ port: (http.address() as AddressInfo).port })
  t.after(() => client.destroy())
  client.write(openingRequest())
  assert.equal((await client.response()).status, 401)
  client.write(openingRequest('/', { Cookie: 'a=b; sid=s1' }))
  assert.equal((await client.response()).status, 101)
  assert.equal((await client.frame()).payload.toString(), 'ann')
})

test('incomingMessage is undefined if hawser parsed the request', async (t) => {
  const seen: unknown[] = []
  const server = await serveFor(t, {
    upgrade: (request) => {
      seen.push(incomingMessage(request))
      return {}
    },
  })
  const client = await server.client()
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)
  assert.deepEqual(seen, [undefined])
})
