/** What the page exports, and loads again: its modules run here without a browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, permessageDeflate } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import type { ConnectionReport } from '../../src/inspect/report.ts'
import { reportOf } from '../inspect/reports.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'
import { harProblems } from './har-schema.ts'

// JavaScript of a page, whose types tsconfig.pages.json checks.
const modules = async (name: string): Promise<any> => import(new URL(`../../src/inspect/page/${name}.js`, import.meta.url).href)
const { toHar, fromHar } = await modules('har')
const { toJson, readArchive } = await modules('archive')

function messagesOf(har: any): { type: string; opcode: number; data: string }[] {
  const { _webSocketMessages: messages } = har.log.entries[0]
  return messages
}

async function reports(t: Parameters<typeof serveFor>[0]): Promise<ConnectionReport[]> {
  const server = await serveFor(t, {
    paths: ['/chat'],
    extensions: [permessageDeflate()],
    message: (socket, data) => void socket.send(data),
  })
  const page = inspect(server)
  const socket = await connect(`${server.url}chat?room=1&x`, { extensions: [permessageDeflate()], observe: page.observer })
  for (const message of ['Grüße '.repeat(100), 'again', new Uint8Array([0, 255])]) {
    socket.send(message)
    await socket.receive()
  }
  await socket.close(4001, 'bye')
  const raw = await server.client()
  raw.write(openingRequest('/chat'), clientFrame(1, 'in ', { fin: false }), clientFrame(9, 'x'), clientFrame(0, 'pieces'))
  await raw.response()
  await raw.frame()
  await assert.rejects(connect(`${server.url}nowhere`))
  return Promise.all([1, 2, 3, 4].map((id) => reportOf(page, id)))
}

test('a HAR obeys HAR 1.2, has the WebSocket messages as browsers write them, and comes back as it was', async (t) => {
  const all = await reports(t)
  for (const report of all) {
    const har = JSON.parse(JSON.stringify(toHar(report)))
    assert.deepEqual(harProblems(har), [])
    assert.deepEqual(fromHar(har), [report])
  }
  const messages = (report: ConnectionReport | undefined): string[] =>
    messagesOf(toHar(report)).map(({ type, opcode, data }) => `${type} ${opcode} ${data}`)
  const expected = [
    'send 1 '.concat('Grüße '.repeat(100)),
    'receive 1 '.concat('Grüße '.repeat(100)),
    'send 1 again',
    'receive 1 again',
    'send 2 AP8=',
    'receive 2 AP8=',
  ]
  const [one, other] = all.filter(({ target }) => target.includes('room=1'))
  assert.deepEqual([messages(one), messages(other)], [expected, expected])
  assert.deepEqual(messages(all.find(({ target, role }) => target === '/chat' && role === 'server')), ['send 1 in pieces', 'receive 1 in pieces'])
  const refused = toHar(all.find(({ state }) => state === 'FAILED'))
  const [entry] = refused.log.entries
  assert.deepEqual([entry.response.status, messagesOf(refused)], [404, []])
  assert.match(entry.request.url, /^ws:\/\/127\.0\.0\.1:\d+\/nowhere$/)
})

test('JSON comes back as it was, and other files are refused with a reason', async (t) => {
  const [report] = await reports(t)
  assert.deepEqual(readArchive(JSON.stringify(toJson(report))), [report])
  for (const [text, reason] of [
    ['{', /JSON/],
    ['{}', /no log\.entries/],
    ['null', /no log\.entries|null/],
    ['{"log":{"entries":[{}]}}', /no entry/],
    [JSON.stringify({ format: 'hawser-connection', connection: { target: 5 } }), /not exported/],
    [JSON.stringify({ log: { entries: [{ _resourceType: 'websocket', _hawser: {} }] } }), /not exported/],
  ] as const) {
    assert.throws(() => readArchive(text), reason, text)
  }
})

test('a file in which one value is not what this page writes is refused, wherever the value is', async (t) => {
  const all = await reports(t)
  const report = JSON.parse(JSON.stringify(all.find(({ compression, frames }) => compression !== null && frames.some(({ inflated }) => inflated))))
  assert.equal(readArchive(JSON.stringify(toJson(report))).length, 1)
  let tried = 0
  const isFree = (path: string): boolean => /^(id|nextFrame|format)$/.test(path)
  const walk = (value: any, path: string): void => {
    for (const name of Object.keys(value)) {
      const was = value[name]
      const here = `${path}${name}`
      if (isFree(here)) continue
      value[name] = [{ nested: was }]
      const wrong = JSON.stringify(toJson(report))
      if (!(Array.isArray(was) && was.length === 0)) assert.throws(() => readArchive(wrong), /not exported by this page/, here)
      tried++
      value[name] = was
      if (typeof was === 'object' && was !== null) walk(was, `${here}.`)
    }
  }
  walk(report, '')
  assert.ok(tried > 200, `${tried}`)
  for (const [change, value] of [
    ['status', "200/) ; require('x') ; ("],
    ['startedAt', 1e300],
    ['role', '__proto__'],
    ['state', 'constructor'],
  ] as const) {
    assert.throws(() => readArchive(JSON.stringify(toJson({ ...report, [change]: value }))), /not exported/, change)
  }
})

test('of a file with more frames than the page shows the last are loaded, and a large payload is one', async (t) => {
  const [report] = await reports(t)
  const [first] = report?.frames ?? []
  const frames = Array.from({ length: 300_000 }, (_, number) => ({ ...first, number }))
  const [loaded] = readArchive(JSON.stringify(toJson({ ...report, frames } as any))) as ConnectionReport[]
  assert.deepEqual([loaded?.frames.length, loaded?.firstFrame], [2000, 298_000])
  const payload = Buffer.alloc(3_000_000, 'a')
  const large = { ...first, rsv: [], inflated: null, length: payload.length, payload: payload.toString('base64') }
  const [message] = messagesOf(toHar({ ...report, frames: [{ ...large, opcode: 1, messageOpcode: 1, message: 1, fin: true }] }))
  assert.equal(message?.data.length, payload.length)
})

test('a HAR of Chromium with an error among the messages, control frames and what is no base64 is loaded', () => {
  const entry = {
    _resourceType: 'websocket',
    startedDateTime: '2026-01-01T00:00:00.000Z',
    time: null,
    request: { url: 'wss://h/', headers: [{ name: 'A' }, 5, null] },
    response: { status: 101 },
    _webSocketMessages: [
      { type: 'send', time: 1767225600.5, opcode: 2, data: 'no base64!' },
      { type: 'receive', opcode: 9, data: 'AP8=' },
      { type: 'error', time: 1767225601, opcode: -1, data: 'Invalid frame header' },
      { type: 'receive', opcode: 1 },
      null,
    ],
  }
  const [report] = readArchive(JSON.stringify({ log: { entries: [entry] } })) as ConnectionReport[]
  assert.deepEqual(
    report?.frames.map(({ opcode, message, time, payload }) => [opcode, message, time, payload]),
    [
      [2, 1, 1767225600500, Buffer.from('no base64!').toString('base64')],
      [9, null, 1767225600000, 'AP8='],
    ],
  )
  assert.deepEqual([report?.problem, report?.received.messages, report?.endedAt], ['Invalid frame header', 0, 1767225600000])
  const undated = { ...entry, startedDateTime: 'yesterday' }
  assert.throws(() => readArchive(JSON.stringify({ log: { entries: [undated] } })), /no startedDateTime/)
})

test('a HAR of a browser shows its messages', () => {
  const entry = {
    _resourceType: 'websocket',
    startedDateTime: '2026-01-01T00:00:00.000Z',
    time: 2000,
    request: { url: 'wss://h/chat', headers: [{ name: 'Upgrade', value: 'websocket' }] },
    response: { status: 101, headers: [], content: {} },
    _webSocketMessages: [
      { type: 'send', time: 1767225600.5, opcode: 1, data: 'hi' },
      { type: 'receive', time: 1767225601, opcode: 2, data: 'AP8=' },
    ],
  }
  const [report] = readArchive(JSON.stringify({ log: { entries: [entry] } })) as ConnectionReport[]
  assert.deepEqual(
    report?.frames.map(({ direction, opcode, time, payload }) => [direction, opcode, time, payload]),
    [
      ['sent', 1, 1767225600500, 'aGk='],
      ['received', 2, 1767225601000, 'AP8='],
    ],
  )
  assert.deepEqual([report?.target, report?.status, report?.sent.messages], ['wss://h/chat', 101, 1])
})
