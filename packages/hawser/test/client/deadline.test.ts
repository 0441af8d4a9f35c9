import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Deadline } from '../../src/client/deadline.ts'
import { connect, HandshakeError } from '../../src/index.ts'
import { closed, withServer } from '../runtime/node/raw-server.ts'

class ManualClock {
  readonly tasks: { callback: () => void; at: number; cancelled: boolean }[] = []
  now(): number {
    return 0
  }
  defer(callback: () => void): void {
    callback()
  }
  schedule(callback: () => void, at: number) {
    const task = { callback, at, cancelled: false }
    this.tasks.push(task)
    return {
      cancel: () => {
        task.cancelled = true
      },
    }
  }
}

const ignore = (): void => {}

test('the total time of an attempt is limited, and the error names the stage', () => {
  const clock = new ManualClock()
  const deadline = new Deadline(clock, 500, undefined, ignore)
  deadline.stage = 'tls'
  assert.equal(clock.tasks[0]?.at, 500)
  clock.tasks[0]?.callback()
  const error = deadline.signal.reason as HandshakeError
  assert.ok(error instanceof HandshakeError)
  assert.deepEqual([error.stage, error.fault], ['timeout', 'timeout'])
  assert.match(error.message, /500 ms.*at stage tls/)
  assert.match(error.hint ?? '', /does not speak TLS/)
})

test('a timeout in the queue says how to leave it', () => {
  const clock = new ManualClock()
  const deadline = new Deadline(clock, 500, undefined, ignore)
  deadline.queued = true
  clock.tasks[0]?.callback()
  assert.match((deadline.signal.reason as HandshakeError).hint ?? '', /parallel/)
})

test('an attempt that is over leaves neither a timer nor a listener', () => {
  const clock = new ManualClock()
  const controller = new AbortController()
  let listeners = 0
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const deadline = new Deadline(clock, 500, signal, ignore)
  assert.equal(listeners, 1)
  deadline.end()
  assert.equal(listeners, 0)
  assert.equal(clock.tasks[0]?.cancelled, true)
})

test('a promise that cannot be cancelled is raced against the signal', async () => {
  const deadline = new Deadline(new ManualClock(), 500, undefined, ignore)
  assert.equal(await deadline.race(Promise.resolve(1)), 1)
  const controller = new AbortController()
  const aborted = new Deadline(new ManualClock(), 500, controller.signal, ignore)
  const raced = aborted.race(new Promise(() => {}))
  controller.abort(new Error('enough'))
  await assert.rejects(raced, { stage: 'aborted' })
})

test('a promise that rejects after the time is up causes no unhandled rejection', async () => {
  const controller = new AbortController()
  const deadline = new Deadline(new ManualClock(), 500, controller.signal, ignore)
  controller.abort()
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    await assert.rejects(deadline.race(Promise.reject(new Error('late'))), { stage: 'aborted' })
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', note)
  }
  assert.deepEqual(unhandled, [])
})

test('an aborted signal ends the attempt at every point, and the connection with it [C1.22]', async () => {
  const reason = new Error('user left')
  await assert.rejects(connect('ws://127.0.0.1:1/', { signal: AbortSignal.abort(reason) }), {
    name: 'HandshakeError',
    stage: 'aborted',
    cause: reason,
  })

  const controller = new AbortController()
  let gone: Promise<unknown> | undefined
  await withServer(
    async ({ head, socket }) => {
      await head()
      gone = closed(socket)
      controller.abort(reason)
    },
    async (server) => {
      await assert.rejects(connect(server.url, { signal: controller.signal }), {
        name: 'HandshakeError',
        stage: 'aborted',
        fault: 'application',
        cause: reason,
      })
      await gone
    },
  )
})

test('a signal has no effect once the connection is OPEN', async () => {
  const { frame, switchingProtocols } = await import('../runtime/node/raw-server.ts')
  const controller = new AbortController()
  await withServer(
    async ({ head, socket }) => {
      socket.write(switchingProtocols(await head()))
      await once(socket, 'data')
      socket.end(Buffer.concat([frame(1, 'still here'), frame(8)]))
    },
    async (server) => {
      const socket = await connect(server.url, { signal: controller.signal })
      controller.abort()
      socket.send('x')
      for await (const message of socket) assert.equal(message, 'still here')
    },
  )
})

test('limits.handshakeMs ends an attempt that a silent server keeps waiting', async () => {
  await withServer(
    () => {},
    async (server) => {
      await assert.rejects(connect(server.url, { limits: { handshakeMs: 50 } }), { stage: 'timeout', message: /at stage response/ })
    },
  )
})
