import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClientSuite } from '../src/index.ts'
import type { ClientExit, StartClient } from '../src/index.ts'
import { runDoubleClient } from './doubles/client.ts'

test('C1.11 a client that never connects passes the cases that want no connection', async () => {
  const { results } = await runClientSuite((url, signal) => runDoubleClient(url, {}, signal), {
    only: ['url/fragment', 'url/fragment-empty', 'url/path'],
  })
  assert.deepEqual(Object.fromEntries(results.map(({ id, verdict }) => [id, verdict])), {
    'url/fragment': 'pass',
    // WHATWG alone asks for it, so it is information for other clients.
    'url/fragment-empty': 'info',
    'url/path': 'pass',
  })
})

/** The double, and then a process that ends in this way. */
function endingWith(exit: Partial<ClientExit>): StartClient {
  return async (url, signal) => {
    await runDoubleClient(url, {}, signal)
    return { code: undefined, signal: undefined, stderr: '', ...exit }
  }
}

const one = { only: ['closing/order/after-echo'] }

test('a client whose process crashes after its verdict fails, and its last words are evidence', async () => {
  for (const exit of [{ signal: 'SIGSEGV' }, { code: 1, stderr: 'Traceback\nValueError: boom\n' }]) {
    const { results, defects } = await runClientSuite(endingWith(exit), one)
    assert.deepEqual(
      results.map(({ id, verdict }) => `${verdict} ${id}`),
      ['pass closing/order/after-echo', 'fail always/client-process'],
    )
    assert.match(results[1]!.outcome, exit.signal === undefined ? /exit code 1, and said: Traceback/ : /^the client was ended by SIGSEGV in closing/)
    assert.equal(defects[0]?.id, 'always/client-process')
    assert.ok(results[0]!.exchange.some(({ kind, text }) => kind === 'note' && text!.startsWith('the client ')))
  }
})

test('a client that ends with an error after a connection was lost or refused is not accused', async () => {
  const only = ['framing/length/text-1', 'response/fields/accept-wrong', 'closing/codes/code-1001']
  const { results } = await runClientSuite(endingWith({ code: 1, stderr: 'connection lost' }), { only })
  assert.deepEqual(
    results.map(({ verdict }) => verdict),
    ['pass', 'pass', 'pass'],
  )
})

test('how a connection was closed is a verdict of its own', async () => {
  const closingOf = async (mutants: readonly string[], id: string): Promise<unknown> => {
    const { results } = await runClientSuite((url, signal) => runDoubleClient(url, { mutants }, signal), { only: [id] })
    return results[0]!.closing
  }
  assert.deepEqual(await closingOf([], 'closing/order/after-echo'), { verdict: 'clean', code: 1000 })
  assert.deepEqual(await closingOf([], 'framing/length/text-1'), { verdict: 'open' })
  assert.deepEqual(await closingOf(['failure-by-drop'], 'utf8/bad/bad-byte-ff'), { verdict: 'unclean' })
  assert.equal(await closingOf([], 'url/fragment'), undefined)
})
