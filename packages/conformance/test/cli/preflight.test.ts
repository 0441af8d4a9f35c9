import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ScriptedServer } from '../doubles/scripted.ts'
import { DoubleServer } from '../doubles/server.ts'
import { CommandProcess, runCommand } from './command-process.ts'
import { only, place, withServer } from './fixtures.ts'

const one = only('framing/length/text-1')

test('a server that cannot be tested ends with 3 and one line that says why, and --no-preflight tests it anyway', async () => {
  await using server = await ScriptedServer.answering('HTTP/1.1 400 Bad Request\r\n\r\nno subprotocol\u001b[31m')
  const { code, stdout, stderr } = await runCommand('server', server.url, ...one)
  assert.match(stderr, /^preflight: your server answered 400 Bad Request: no subprotocol\\x1b\[31m; does it want a field line/)
  assert.match(stderr, /\nnothing was tested; --no-preflight runs the cases anyway\n$/)
  assert.deepEqual([code, stdout], [3, ''])
  const anyway = await runCommand('server', server.url, ...one, '--no-preflight')
  assert.match(anyway.stdout, /text-1: the opening handshake was answered with 400/)
  assert.equal(anyway.code, 1)
})

test('the preflight says what the server is able to do, and cases beyond that are unsupported, with the switch that helps', async () => {
  const server = new DoubleServer({ mutants: [], deflate: false })
  try {
    const { code, stdout } = await runCommand('server', await server.listen(), '--only', 'deflate/good', ...one, '--only', 'limits/over')
    assert.match(stdout, /^preflight: ws:\S+ echoes text and binary; permessage-deflate: no; messages up to 1048576 bytes$/m)
    assert.match(stdout, /^unsupported {2}\d+ cases: needs deflate \(the server does not agree to permessage-deflate, or --no-deflate is given\)$/m)
    assert.match(stdout, /^unsupported {2}\d+ cases: needs max-message \(--max-message BYTES declares the limit of the server\)$/m)
    assert.equal(code, 0)
  } finally {
    await server.close()
  }
})

test('--wait waits for a server that is starting', async () => {
  const reserved = createServer()
  await new Promise<void>((resolve) => reserved.listen(0, '127.0.0.1', resolve))
  const { port } = reserved.address() as AddressInfo
  await new Promise((resolve) => reserved.close(resolve))
  using command = new CommandProcess(['server', `ws://127.0.0.1:${port}/`, ...one, '--wait', '30s'])
  await using started = await ScriptedServer.answering('HTTP/1.1 404 Not Found\r\n\r\n', port)
  const { code, stderr } = await command.ended
  assert.equal(started.url, `ws://127.0.0.1:${port}/`)
  assert.match(stderr, /^preflight: your server answered 404 Not Found/)
  assert.equal(code, 3)
})

test('--exclude leaves cases out, and --config reads all of this from a file', async () => {
  await withServer(['version-lenient-number'], async (url) => {
    const { code, stdout } = await runCommand('server', url, '--only', 'handshake', '--exclude', 'handshake/version', '--no-timeouts')
    assert.doesNotMatch(stdout, /version-0/)
    assert.equal(code, 0, stdout)
    const file = place('conformance.json')
    writeFileSync(file, JSON.stringify({ url, only: ['handshake'], exclude: ['handshake/version'], 'no-timeouts': true, quiet: true }))
    const configured = await runCommand('server', '--config', file)
    assert.match(configured.stdout, /^ws:[^\n]*\n$/)
    assert.equal(configured.code, 0)
    const none = await runCommand('server', url, '--only', 'utf8', '--exclude', 'utf8')
    assert.match(none.stderr, /option --exclude: no case is left/)
    assert.equal(none.code, 2)
    const unknown = await runCommand('server', url, '--exclude', 'utf9')
    assert.match(unknown.stderr, /option --exclude: no case matches "utf9" \(try --list\)/)
    const noRule = await runCommand('server', url, '--exclude', 'always/close-codes')
    assert.match(noRule.stderr, /option --exclude: no case matches "always\/close-codes" \(try --list\)/)
    assert.equal((await runCommand('server', url, ...one, '--exclude', 'always/close-code', '--exclude', 'always')).code, 0)
  })
})

test('a server that dies midway ends with 1 and one line, not with a fail for each case', async () => {
  const server = new DoubleServer({ mutants: [] })
  const url = await server.listen()
  using command = new CommandProcess(['server', url, '--only', 'utf8', '--only', 'framing/length', '--jobs', '2', '--verbose'])
  for (let line = 0; line < 20; line++) await command.line()
  await server.close()
  const { code, stdout } = await command.ended
  assert.match(stdout, /^died {2}the server takes no connection any more; (?:no case was in progress|in progress w(?:as|ere) \S+)/m)
  assert.match(stdout, /: \d+ pass, (?:\d+ info, )?\d+ not-run$/m)
  assert.equal(code, 1)
})

test('a server that dies after the last verdict ends with 1, although every case passed', async () => {
  const { code, stdout } = await withServer([], async (url) => {
    let connections = 0
    await using mortal = await ScriptedServer.listen((socket) => {
      if (connections++ > 0) socket.destroy()
      else socket.pipe(connect(Number(new URL(url).port), '127.0.0.1')).pipe(socket)
    })
    return await runCommand('server', mortal.url, '--only', 'framing/length/text-1', '--no-preflight')
  })
  assert.match(stdout, /^died {2}the server takes no connection any more; no case was in progress\n.*: 1 pass$/m)
  assert.equal(code, 1)
})

test('the first line says which long message the server does not echo', async () => {
  const server = new DoubleServer({ mutants: ['echo-cut-above-1-MiB'], maxMessage: 1 << 25 })
  try {
    const { stdout } = await runCommand('server', await server.listen(), ...one)
    assert.match(
      stdout,
      /^preflight: .*; a message of 2097152 bytes was answered with a message of 1048576 bytes \(--tier volume tests long messages\)$/m,
    )
  } finally {
    await server.close()
  }
})
