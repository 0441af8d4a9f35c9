import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import { MemoryCli } from './memory-io.ts'

async function echoServer() {
  let tellClose: (code: number) => void = () => {}
  const firstClose = new Promise<number>((resolve) => {
    tellClose = resolve
  })
  const server = await serve({
    message(socket, message) {
      socket.send(message)
    },
    close: (_socket, info) => tellClose(info.code),
  })
  return { url: server.url, firstClose, [Symbol.asyncDispose]: () => server.close() }
}

/** What readline writes: the prompt, then where the cursor goes. */
const prompt = /> \u001b\[3G$/
const terminal = { isTTY: true, env: { NO_COLOR: '1' } }

describe('hawser connect on a terminal', () => {
  test('shows a prompt, marks received messages, and closes with 1000 at the end of input', async () => {
    await using echo = await echoServer()
    await using cli = new MemoryCli(['connect', echo.url], terminal)
    await cli.sees(/^connected to ws:\/\//m, 'stderr')
    await cli.sees(prompt)
    cli.io.stdin.write('hello\r')
    await cli.sees(/< hello\n/)
    cli.io.stdin.write('\u0004')
    assert.equal((await cli.ended).code, 0)
    assert.match(cli.io.errors, /^closed 1000 by/m)
    assert.equal(await echo.firstClose, 1000)
  })

  test('Ctrl-C, which is a byte there, closes with 1001 and exits with 130', async () => {
    await using echo = await echoServer()
    await using cli = new MemoryCli(['connect', echo.url], terminal)
    await cli.sees(prompt)
    cli.io.stdin.write('\u0003')
    assert.equal((await cli.ended).code, exitCodes.interrupted)
    assert.equal(await echo.firstClose, 1001)
  })

  test('takes commands, and goes on after a wrong line', async () => {
    await using echo = await echoServer()
    await using cli = new MemoryCli(['connect', echo.url], terminal)
    await cli.sees(prompt)
    for (const [line, answer, stream] of [
      ['/ping', /^pong in \d+\.\d ms$/m, 'stderr'],
      ['/pinh', /unknown command "\/pinh" \(did you mean \/ping\?/, 'stderr'],
      ['/close 5000', /line 3 of standard input: .*5000/, 'stderr'],
      ['//home', /< \/home\n/, 'stdout'],
    ] as const) {
      cli.io.stdin.write(`${line}\r`)
      await cli.sees(answer, stream)
    }
    cli.io.stdin.write('/close 4001 done\r')
    assert.equal((await cli.ended).code, 0)
    assert.match(cli.io.errors, /^closed 4001 "done" by/m)
    assert.equal(await echo.firstClose, 4001)
  })

  test('escapes messages', async () => {
    await using echo = await echoServer()
    await using cli = new MemoryCli(['connect', '-m', '\u001b]0;title\u0007', echo.url], terminal)
    await cli.sees(/< \\x1b\]0;title\\x07\n/)
    cli.io.stdin.write('\u0004')
    await cli.ended
  })

  test('drops the connection at the second interrupt when the peer does not close', async () => {
    const server = await serve({ message() {}, open: () => new Promise<void>(() => {}) })
    await using cli = new MemoryCli(['connect', '--stay', '--no-deflate', server.url], terminal)
    await cli.sees(/^connected/m, 'stderr')
    cli.io.interrupt('SIGINT')
    cli.io.interrupt('SIGINT')
    assert.equal((await cli.ended).code, exitCodes.interrupted)
    await server.close()
  })
})
