import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { CommandTargets } from '../../../src/cli/bridge/command-target.ts'
import { connect } from '../../../src/index.ts'
import { CliProcess } from '../cli-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-exec-'))
after(() => rmSync(folder, { recursive: true }))

async function serving(...args: string[]) {
  const cli = new CliProcess(['serve', '--port', '0', '--grace', '1', ...args])
  const [, url = ''] = await cli.sees(/^listening (\S+)\n/)
  return { cli, url, [Symbol.asyncDispose]: () => cli.stop() }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('hawser serve --exec', { concurrency: 3 }, () => {
  test('joins messages with lines of a command, and closes with 1000 when it exits with 0', async () => {
    await using served = await serving('--exec', 'while read -r line; do [ "$line" = quit ] && exit 0; echo "got $line"; done')
    const { url } = served
    const socket = await connect(url)
    socket.send('one')
    socket.send('wörld')
    assert.equal(await socket.receive(), 'got one')
    assert.equal(await socket.receive(), 'got wörld')
    socket.send('quit')
    assert.equal((await socket.closed).code, 1000)
  })

  test('--binary joins messages with bytes', async () => {
    await using served = await serving('--binary', '--exec', 'cat')
    const { url } = served
    const socket = await connect(url)
    socket.send(Uint8Array.of(0, 10, 255))
    assert.deepEqual(Buffer.from((await socket.receive()) as Uint8Array), Buffer.of(0, 10, 255))
    await socket.close()
  })

  test('closes with 1011 and says how the command failed', async () => {
    for (const [command, reason] of [
      ['exit 3', 'the command exited with 3'],
      ['no-such-command-here', 'the command exited with 127'],
      ['kill -KILL $$', 'the command was ended by SIGKILL'],
      ["printf '\\377\\n'; sleep 60", 'the command wrote a line that is not UTF-8'],
      ['head -c 2000 /dev/zero; sleep 60', 'the command wrote a line that is too long'],
    ] as const) {
      await using served = await serving('--max-message', '1000', '--exec', command)
      const { url } = served
      const { code, reason: told } = await (await connect(url)).closed
      assert.deepEqual([code, told], [1011, reason])
    }
  })

  test('closes with 1011, and goes on, where no process can be started', async () => {
    const told: unknown[] = []
    const close = async (...why: readonly unknown[]): Promise<any> => void told.push(why)
    const socket = { send: () => 'closed' as const, drained: Promise.resolve(), readyState: 'OPEN' as const, close }
    const targets = new CommandTargets('cat', 'lines', 1000)
    // A NUL cannot be in an environment, so that this process cannot be started whatever the machine allows
    const target = await targets.open({ path: '/\0', query: '', origin: undefined, subprotocols: [], remoteAddress: undefined })
    target.start(socket)
    assert.deepEqual(told, [[1011, 'the command could not be run']])
    assert.equal(target.message('x'), undefined)
    await targets.endAll(false)
  })

  test('gives the command the path, query, Origin and subprotocols in its environment, never in its text', async () => {
    await using served = await serving(
      '--any-origin',
      '-s',
      'chat',
      '--exec',
      "env | grep -E '^HAWSER_(ORIGIN|PATH|QUERY|REMOTE_ADDRESS|SUBPROTOCOLS)=' | sort",
    )
    const { url } = served
    const socket = await connect(new URL('/a?b=$(c)', url), { subprotocols: ['chat'], origin: 'https://app.example' })
    const lines: unknown[] = []
    for await (const line of socket) lines.push(line)
    assert.deepEqual(lines, [
      'HAWSER_ORIGIN=https://app.example',
      'HAWSER_PATH=/a',
      'HAWSER_QUERY=b=$(c)',
      'HAWSER_REMOTE_ADDRESS=127.0.0.1',
      'HAWSER_SUBPROTOCOLS=chat',
    ])
  })

  test('a closed connection ends the command and what it started, in the background too: first its input ends, then SIGTERM, then SIGKILL', async () => {
    const file = join(folder, 'ended')
    for (const [name, command] of [
      ['input', `echo $$; cat >/dev/null; echo input >${file}`],
      ['term', `trap 'echo term >${file}; exit' TERM; echo $$; while :; do sleep 0.1; done`],
      ['kill', `trap '' TERM; echo $$; while :; do sleep 0.1; done`],
      ['background', `sh -c 'trap "echo background >${file}; exit" TERM; echo $$; while :; do sleep 0.1; done' & exit 0`],
    ] as const) {
      rmSync(file, { force: true })
      await using served = await serving('--exec', command)
      const { url } = served
      const socket = await connect(url)
      const pid = Number(await socket.receive())
      assert.ok(isRunning(pid))
      await socket.close()
      await until(() => !isRunning(pid))
      if (name === 'kill') assert.ok(!existsSync(file))
      else assert.equal(readFileSync(file, 'utf8'), `${name}\n`)
    }
  })

  test('SIGTERM to the server leaves no command behind', async () => {
    const { cli, url } = await serving('--exec', "trap '' TERM; echo $$; while :; do sleep 0.1; done")
    const socket = await connect(url)
    const pid = Number(await socket.receive())
    cli.child.kill('SIGTERM')
    assert.equal((await cli.ended).code, 0)
    await until(() => !isRunning(pid))
    await socket.closed
  })

  test('a client that does not read makes the command wait', async () => {
    await using served = await serving('--no-deflate', '--binary', '--exec', `head -c 60000000 /dev/zero; echo done >${join(folder, 'written')}`)
    const { url } = served
    const socket = await connect(url)
    socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    assert.ok(!existsSync(join(folder, 'written')), 'the command wrote everything')
    socket.resume()
    let bytes = 0
    for await (const chunk of socket) bytes += (chunk as Uint8Array).length
    assert.equal(bytes, 60_000_000)
    assert.equal((await socket.closed).code, 1000)
  })
})
