import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReporter, droppable, guardListeners, notify, observeResult, whenSettled } from '../../src/connection/application-code.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const failing: [string, () => unknown][] = [
  ['rejects', () => Promise.reject(new Error('expected'))],
  ['is a thenable that rejects', () => ({ then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('expected')) })],
  [
    'is a thenable whose then throws',
    () => ({
      then() {
        throw new Error('expected')
      },
    }),
  ],
  [
    'has a then getter that throws',
    () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw new Error('expected')
        },
      }),
  ],
]

for (const [how, make] of failing) {
  test(`a result that ${how} is a failure, not an unhandled rejection`, async () => {
    const errors: unknown[] = []
    observeResult(make(), (error) => errors.push(error))
    await turn()
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      ['expected'],
    )
  })
}

test('results other than promises, and promises that fulfil or never settle, are not failures', async () => {
  const errors: unknown[] = []
  for (const result of [undefined, null, 0, 'then', {}, [], Promise.resolve(1), new Promise(() => {}), () => {}])
    observeResult(result, (error) => errors.push(error))
  await turn()
  assert.deepEqual(errors, [])
})

test('an error handler that throws or rejects has both errors reported to the fallback', async () => {
  const handlers: (() => unknown)[] = [
    () => {
      throw new Error('second')
    },
    () => Promise.reject(new Error('second')),
  ]
  for (const handler of handlers) {
    const log: unknown[] = []
    createReporter<'open'>(handler, (error, where) => log.push((error as Error).message, where))(new Error('first'), 'open')
    await turn()
    assert.deepEqual(log, ['first', 'open', 'second', 'error'])
  }
})

test('an error handler that works, or is missing, has each error reported once', () => {
  const log: unknown[] = []
  createReporter<'open'>(
    (error) => log.push(error),
    () => log.push('fallback'),
  )('a', 'open')
  createReporter<'open'>(undefined, (error) => log.push(error))('b', 'open')
  createReporter<'open'>(undefined, () => {
    throw new Error('it cannot be shown')
  })('c', 'open')
  assert.deepEqual(log, ['a', 'b'])
})

test('listeners of a guarded signal are called as usual: once each, with the event, and not after they were removed', () => {
  const controller = new AbortController()
  const { signal } = controller
  guardListeners(signal, () => assert.fail())
  const log: unknown[] = []
  const listener = function (this: unknown, event: Event): void {
    log.push(this === signal, event.type)
  }
  const removed = (): void => void log.push('removed')
  signal.addEventListener('abort', listener)
  signal.addEventListener('abort', listener)
  signal.addEventListener('abort', { handleEvent: (event: Event) => log.push(`object ${event.type}`) } as never)
  signal.addEventListener('abort', removed)
  signal.removeEventListener('abort', removed)
  signal.onabort = removed
  signal.onabort = () => log.push('attribute')
  assert.equal(typeof signal.onabort, 'function')
  const combined = AbortSignal.any([signal])
  controller.abort('why')
  assert.deepEqual(log, [true, 'abort', 'object abort', 'attribute'])
  assert.deepEqual([signal.aborted, combined.aborted, combined.reason], [true, true, 'why'])
  signal.onabort = null
  assert.equal(signal.onabort, null)
})

test('listeners of a guarded signal that throw or reject are reported, and the others are called', async () => {
  const controller = new AbortController()
  const errors: string[] = []
  guardListeners(controller.signal, (error) => errors.push((error as Error).message))
  controller.signal.addEventListener('abort', () => {
    throw new Error('thrown')
  })
  controller.signal.addEventListener('abort', () => Promise.reject(new Error('rejected')))
  controller.signal.onabort = () => {
    throw new Error('attribute')
  }
  let called = false
  controller.signal.addEventListener('abort', () => {
    called = true
  })
  controller.abort()
  await turn()
  assert.equal(called, true)
  assert.deepEqual(errors, ['thrown', 'attribute', 'rejected'])
})

test('exactly one of two callbacks is called, once and later, whatever a thenable does', async () => {
  const outcomes: string[] = []
  const thenables: [string, PromiseLike<unknown>][] = [
    ['fulfils', Promise.resolve()],
    ['rejects', Promise.reject(new Error('x'))],
    ['calls both', { then: (yes: any, no: any) => (yes(), no(), undefined) } as never],
    [
      'throws',
      {
        then: () => {
          throw new Error('x')
        },
      } as never,
    ],
    ['has its own then', Object.assign(Promise.resolve(), { then: 5 }) as never],
  ]
  for (const [name, thenable] of thenables) {
    whenSettled(
      thenable,
      () => outcomes.push(`${name}: yes`),
      () => outcomes.push(`${name}: no`),
    )
  }
  assert.deepEqual(outcomes, [])
  await turn()
  assert.deepEqual(new Set(outcomes), new Set(['calls both: yes', 'fulfils: yes', 'has its own then: yes', 'rejects: no', 'throws: no']))
  assert.equal(outcomes.length, 5)
})

test('a thrown error and a rejection of a callback go to the same place', async () => {
  const failures: unknown[] = []
  const failed = (error: unknown): void => void failures.push(error)
  notify(() => 5, failed)
  notify(() => {
    throw 'thrown'
  }, failed)
  notify(() => Promise.reject(new Error('rejected')), failed)
  await turn()
  assert.deepEqual(failures.map(String), ['thrown', 'Error: rejected'])
})

test('a function that is both a listener and onabort of a guarded signal is called for each', () => {
  const controller = new AbortController()
  const { signal } = controller
  guardListeners(signal, () => assert.fail('nothing throws'))
  let called = 0
  const both = (): void => void called++
  signal.addEventListener('abort', both)
  signal.onabort = both
  controller.abort()
  assert.equal(called, 2)
})

test('a Proxy of a promise, and a promise with a hostile constructor, reject instead of throwing', async () => {
  const hostile: PromiseLike<unknown>[] = [
    new Proxy(Promise.resolve(1), {}),
    new Proxy(Promise.resolve(1), { getPrototypeOf: () => assert.fail('hostile') }),
    Object.defineProperty(Promise.resolve(1), 'constructor', { get: () => assert.fail('hostile') }),
    Object.assign(Promise.resolve(1), { constructor: 5 }),
  ]
  for (const promise of hostile) {
    const failures: unknown[] = []
    observeResult(promise, (error) => failures.push(error))
    await turn()
    assert.equal(failures.length, 1)
  }
})

test('a droppable promise rejects if it is awaited, and raises no unhandled rejection otherwise', async () => {
  const unhandled: unknown[] = []
  const listener = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', listener)
  const failed = new Error('expected')
  void droppable(Promise.reject(failed))
  await assert.rejects(droppable(Promise.reject(failed)), failed)
  await turn()
  process.off('unhandledRejection', listener)
  assert.deepEqual(unhandled, [])
})
