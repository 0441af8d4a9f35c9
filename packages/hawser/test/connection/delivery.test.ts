import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pair, settle } from '../../src/testing/index.ts'

for (const kind of ['message', 'stream'] as const) {
  test(`${kind}: a promise of the handler holds the next message, and all come before the close handler`, async () => {
    const log: string[] = []
    let release: (() => void) | undefined
    const handle = async (name: string): Promise<void> => {
      log.push(name)
      await new Promise<void>((resolve) => (release = resolve))
    }
    const { client } = pair({
      server: {
        ...(kind === 'message'
          ? { message: (_socket: unknown, message: unknown) => handle(String(message)) }
          : { stream: async (_socket: unknown, message: { text(): Promise<string> }) => handle(await message.text()) }),
        close: () => void log.push('close'),
      },
    })
    client.send('1')
    client.send('2')
    const closing = client.close()
    await settle()
    assert.deepEqual(log, ['1'])
    release?.()
    await settle()
    assert.deepEqual(log, ['1', '2'])
    release?.()
    await closing
    await settle()
    assert.deepEqual(log, ['1', '2', 'close'])
  })

  test(`${kind}: pause holds messages, and a closing connection ends it`, async () => {
    const log: string[] = []
    const take = (message: unknown): unknown => log.push(typeof message === 'string' ? message : 'stream')
    const { client, server } = pair({
      server: { [kind]: (_socket: unknown, message: unknown) => take(message) },
    })
    server.pause()
    client.send('a')
    await settle()
    assert.deepEqual(log, [])
    server.resume()
    await settle()
    assert.equal(log.length, 1)
    server.pause()
    client.send('b')
    await client.close()
    await settle()
    assert.equal(log.length, 2)
  })
}
