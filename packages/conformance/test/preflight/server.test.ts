import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../../../hawser/src/index.ts'
import { checkServer } from '../../src/index.ts'
import { acceptRequest, ScriptedServer } from '../doubles/scripted.ts'
import { DoubleServer } from '../doubles/server.ts'

test('finds that a server echoes text and binary, agrees to permessage-deflate, and its limit', async () => {
  for (const deflate of [true, false]) {
    const server = new DoubleServer({ mutants: [], deflate })
    try {
      assert.deepEqual(await checkServer(await server.listen()), { binary: true, deflate, messageLimit: 1 << 20 })
    } finally {
      await server.close()
    }
  }
})

test('finds the limit of a server: exactly where it is a power of two, else close to it and never above', async () => {
  for (const limit of [1 << 20, 100_000]) {
    const server = await serve({ limits: { message: limit }, message: (socket, message) => void socket.send(message) })
    try {
      const { messageLimit = 0 } = await checkServer(server.url)
      assert.ok(messageLimit <= limit && messageLimit > limit * 0.98, `${messageLimit} of ${limit}`)
      if (limit === 1 << 20) assert.equal(messageLimit, limit)
    } finally {
      await server.close()
    }
  }
})

test('tells which long message does not come back, and what comes instead', async () => {
  const server = await serve({
    limits: { message: 1 << 25 },
    message: (socket, message) => void socket.send(typeof message === 'string' ? message.slice(0, 100_000) : message),
  })
  try {
    const { messageLimit, notEchoed } = await checkServer(server.url)
    assert.deepEqual([messageLimit, notEchoed], [undefined, { length: 1 << 17, what: 'a message of 100000 bytes' }])
  } finally {
    await server.close()
  }
})

test('waits until a server that is busy with a long message answers again, since its cases would fail for that', async () => {
  let ignored: number | undefined
  const server = await serve({
    limits: { message: 1 << 20 },
    message(socket, message) {
      if (message.length >= 1 << 17) ignored = 0
      else if (ignored === undefined || ignored === 2) void socket.send(message)
      else ignored += 1
    },
  })
  try {
    const { notEchoed } = await checkServer(server.url, { answerMs: 200 })
    assert.deepEqual([notEchoed, ignored], [{ length: 1 << 17, what: 'nothing' }, 2])
  } finally {
    await server.close()
  }
})

/** Opens each connection, and answers each chunk after the head with these bytes, the first at once with `greeting`. */
function speaking(answers: readonly string[], greeting = ''): Promise<ScriptedServer> {
  return ScriptedServer.listen((socket) => {
    let count = -1
    socket.on('data', (chunk) => {
      if (count++ === -1) socket.write(acceptRequest(chunk.toString('latin1')) + greeting, 'latin1')
      else socket.write(answers[Math.min(count, answers.length) - 1] ?? '', 'latin1')
    })
  })
}

const echoedText = '\x81\x0cpreflight \xc3\xa9'

test('stops at a server that greets, changes a message, answers it with the other type, or not at all', async () => {
  for (const [greeting, answers, message] of [
    ['\x81\x02hi', [], /^your server begins with the text message "hi" before it receives anything; the suite tests an endpoint that sends/],
    ['\x88\x02\x03\xe8', [], /^your server opens the connection and goes on with a Close frame with code 1000; /],
    ['', ['\x81\x02no'], /^your server answered the text message "preflight é" with the text message "no"; /],
    ['', ['\x82\x0cpreflight \xc3\xa9'], /^your server answered the text message "preflight é" with the binary message 707265/],
    ['', [''], /^your server answered the text message "preflight é" with nothing; /],
    ['', ['\x83\x00'], /^your server answered the text message "preflight é" with a frame with the reserved opcode 0x3; /],
    ['', [echoedText, '\x88\x02\x03\xf3'], /^your server echoes text, and answered a binary message with a Close frame with code 1011; /],
  ] as const) {
    await using server = await speaking(answers, greeting)
    await assert.rejects(checkServer(server.url, { answerMs: 200 }), { name: 'PreflightError', message })
  }
})

test('a server that closes with 1003 takes no binary messages, and may [RFC 6455 section 7.4.1]', async () => {
  await using server = await speaking([echoedText, '\x88\x02\x03\xeb'])
  assert.equal((await checkServer(server.url, { answerMs: 200, limit: false })).binary, false)
})

test('waits for a server that is starting, also behind a proxy that answers 503 meanwhile', async () => {
  let requests = 0
  await using server = await ScriptedServer.listen((socket) => {
    const isFirst = requests++ === 0
    socket.once('data', (chunk) => {
      if (isFirst) socket.end('HTTP/1.1 503 Starting\r\n\r\n')
      else {
        socket.write(acceptRequest(chunk.toString('latin1')))
        socket.on('data', () => socket.write('\x88\x02\x03\xe8', 'latin1'))
      }
    })
  })
  await assert.rejects(
    checkServer(server.url),
    /your server answered 503 Starting; its log says why; --wait 30s waits for a server that is starting$/,
  )
  requests = 0
  await assert.rejects(checkServer(server.url, { waitMs: 10_000 }), /your server answered the text message .* with a Close frame with code 1000/)
  assert.ok(requests >= 2)
  await assert.rejects(
    checkServer('ws://127.0.0.1:1/', { waitMs: 300 }),
    /^PreflightError: nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\); waited 0\.3 s$/,
  )
})
