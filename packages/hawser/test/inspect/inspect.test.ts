import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express from 'express'
import { attach, connect, OptionError } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import type { Inspection, InspectOptions, Observable } from '../../src/inspect/index.ts'
import { serveFor } from '../peers/test-server.ts'
import { askPage, connectionsOf } from './reports.ts'

test('is mounted on a server of serve, beside what the application answers', async (t) => {
  const server = await serveFor(t, {
    request: (request, response) => {
      if (!page.request(request, response)) response.end('application')
    },
  })
  const page: Inspection = inspect(server)
  const origin = server.url.replace('ws:', 'http:')
  const socket = await connect(server.url)
  assert.equal(await (await fetch(`${origin}other`)).text(), 'application')
  assert.equal(await (await fetch(`${origin}inspector`)).text(), 'application')
  const answer = await fetch(`${origin}inspect`)
  assert.deepEqual([answer.url, answer.status], [`${origin}inspect/`, 200])
  assert.match(await answer.text(), /<script type="module" src="page\.js">/)
  const { connections } = (await (await fetch(`${origin}inspect/connections`)).json()) as { connections: { state: string }[] }
  assert.deepEqual(
    connections.map(({ state }) => state),
    ['OPEN'],
  )
  await socket.close()
})

test('is mounted in Express behind its own authentication', async (t) => {
  const app = express()
  const http = app.listen(0, '127.0.0.1')
  const server = attach(http, {})
  t.after(async () => {
    await server.close()
    http.close()
  })
  const page = inspect(server, { path: '/admin/sockets', authorize: async (request) => request.headers.authorization === 'Basic YWRhOnNlY3JldA==' })
  app.use('/admin', (request, response, next) => void (page.request(request, response) || next()))
  await new Promise((resolve) => http.once('listening', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/admin/sockets/`
  assert.equal((await fetch(url)).status, 403)
  assert.equal((await fetch(`${url}connections`)).status, 403)
  assert.equal((await fetch(url, { headers: { Authorization: 'Basic YWRhOnNlY3JldA==', 'X-Forwarded-For': '1.2.3.4' } })).status, 200)
})

test('shows clients too, and nothing after stop', async (t) => {
  const server = await serveFor(t, {})
  const page = inspect(null)
  const socket = await connect(server.url, { observe: page.observer })
  const { connections } = await connectionsOf(page)
  assert.deepEqual(
    connections.map(({ role, target }) => [role, target]),
    [['client', server.url]],
  )
  page.stop()
  page.stop()
  assert.equal((await askPage(page, 'connections')).status, 404)
  await socket.close()
  await (await connect(server.url, { observe: page.observer })).close()
})

test('an error of authorize goes to error, and the request gets 500', async () => {
  const errors: unknown[] = []
  const page = inspect(null, {
    authorize: () => {
      throw new Error('mine')
    },
    error: (error) => errors.push(error),
  })
  assert.equal((await askPage(page, '')).status, 500)
  assert.match(String(errors), /mine/)
})

test('refuses wrong options and names them', () => {
  for (const wrong of [
    { paths: '/x' },
    { path: 'x' },
    { path: '/a b' },
    { path: '/a?b' },
    { path: 5 },
    { authorize: true },
    { credentials: 1 },
    { limits: { frames: 0 } },
    { error: 'x' },
    null,
  ]) {
    assert.throws(() => inspect(null, wrong as InspectOptions), OptionError, JSON.stringify(wrong))
  }
  for (const wrong of [undefined, {}, 1, createServer()]) assert.throws(() => inspect(wrong as unknown as Observable), OptionError)
})
