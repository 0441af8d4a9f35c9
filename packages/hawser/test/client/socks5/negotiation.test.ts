import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/client/address.ts'
import { chooseProxy } from '../../../src/client/proxy.ts'
import { destinationOf } from '../../../src/client/socks5/destination.ts'
import { SocksNegotiation } from '../../../src/client/socks5/negotiation.ts'
import { HandshakeError } from '../../../src/core/errors.ts'

async function negotiation(url: string): Promise<SocksNegotiation> {
  const proxy = await chooseProxy(url, parseAddress('ws://h/'), {})
  assert.ok(proxy?.kind === 'socks5')
  return new SocksNegotiation(proxy, destinationOf('h.example', 81))
}

const plain = 'socks5h://p:1080'
const secret = 'socks5h://us%20er:s%C3%A9cret@p:1080'
const username = Buffer.from('us er')
const password = Buffer.from('sécret')
const credentials = [1, username.length, ...username, password.length, ...password]
const request = [5, 1, 0, 3, 9, ...Buffer.from('h.example'), 0, 81]
const ipv4 = [5, 0, 0, 1, 127, 0, 0, 1, 0, 80]

/** Answers in turn; what was sent, and how the last answer ended. */
async function run(
  url: string,
  answers: readonly (readonly number[])[],
  sizes: (answer: readonly number[]) => readonly number[][] = (all) => [[...all]],
) {
  const one = await negotiation(url)
  const sent = [[...one.greeting()]]
  let end = ''
  for (const answer of answers) {
    for (const piece of sizes(answer)) {
      const step = one.push(Uint8Array.from(piece))
      end = step.kind
      if (step.kind === 'send') sent.push([...step.bytes])
      if (step.kind === 'refused') throw step.error
    }
  }
  return { sent, end, one }
}

async function failing(url: string, answers: readonly (readonly number[])[]): Promise<HandshakeError> {
  const error = await run(url, answers).then(
    ({ end }) => assert.fail(end),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HandshakeError, String(error))
  assert.deepEqual([error.stage, error.fault], ['proxy', 'network'])
  assert.doesNotMatch(`${error.message} ${error.hint}`, /cret/)
  return error
}

test('the messages without and with credentials, in the order of the RFCs [RFC 1928 §3, §4; RFC 1929 §2]', async () => {
  assert.deepEqual((await run(plain, [[5, 0], ipv4])).sent, [[5, 1, 0], request])
  assert.deepEqual((await run(secret, [[5, 2], [1, 0], ipv4])).sent, [[5, 2, 0, 2], credentials, request])
  assert.deepEqual((await run(secret, [[5, 0], ipv4])).sent, [[5, 2, 0, 2], request], 'a proxy that needs no credentials gets none')
})

const bound = [ipv4, [5, 0, 0, 3, 3, 97, 98, 99, 0, 80], [5, 0, 0, 3, 0, 0, 80], [5, 0, 0, 4, ...Array<number>(16).fill(1), 0, 80]]
test('answers split at every byte connect at the last byte of the reply, whatever type its address has [RFC 1928 §6]', async () => {
  for (const reply of bound) {
    for (const [url, answers] of [
      [plain, [[5, 0], reply]],
      [secret, [[5, 2], [1, 0], reply]],
    ] as const) {
      assert.equal((await run(url, answers, (answer) => answer.map((octet) => [octet]))).end, 'connected')
      for (let at = 1; at < reply.length; at++) {
        const { end } = await run(url, answers, (answer) =>
          [answer.slice(0, at), answer.slice(at)].filter((piece) => piece.length > 0).map((piece) => [...piece]),
        )
        assert.equal(end, 'connected')
      }
    }
    assert.equal((await run(plain, [[5, 0], reply.slice(0, -1)])).end, 'more')
  }
})

test('each refusal of the proxy has its code in the message, as soon as the code arrives [RFC 1928 §6]', async () => {
  for (const [code, text] of [
    [1, /reply 1, general SOCKS server failure/],
    [2, /reply 2, connection not allowed by ruleset/],
    [3, /reply 3, network unreachable/],
    [4, /reply 4, host unreachable/],
    [5, /could not connect to h\.example:81: reply 5, connection refused/],
    [6, /reply 6, TTL expired/],
    [7, /reply 7, command not supported/],
    [8, /reply 8, address type not supported/],
    [200, /reply 200, unassigned/],
  ] as const) {
    for (const rest of [[], [0, 1, 0, 0, 0, 0, 0, 0]]) {
      const error = await failing(plain, [
        [5, 0],
        [5, code, ...rest],
      ])
      assert.match(error.message, text)
      assert.equal(error.rule?.id, 'RC5')
      assert.notEqual(error.hint, undefined)
    }
  }
})

const violations: [string, string, number[][], RegExp, RegExp | undefined][] = [
  ['a SOCKS4 reply', plain, [[0, 90]], /version 0 instead of 5/, /SOCKS4/],
  ['an HTTP response', plain, [[...Buffer.from('HTTP/1.1 400')]], /version 72 instead of 5/, /HTTP server/],
  ['another protocol', plain, [[...Buffer.from('SSH-2')]], /version 83 instead of 5/, /is this a SOCKS5 proxy/],
  ['a method that was not offered', plain, [[5, 2]], /method 2, which was not offered/, undefined],
  ['GSSAPI, which was not offered', secret, [[5, 1]], /method 1, which was not offered/, undefined],
  [
    'a wrong version of RFC 1929',
    secret,
    [
      [5, 2],
      [5, 0],
    ],
    /version 5 instead of 1/,
    undefined,
  ],
  [
    'a reply of another version',
    plain,
    [
      [5, 0],
      [4, 0],
    ],
    /replied with version 4/,
    undefined,
  ],
  [
    'a reserved octet',
    plain,
    [
      [5, 0],
      [5, 0, 1],
    ],
    /1 in the reserved octet/,
    undefined,
  ],
  [
    'an unknown address type',
    plain,
    [
      [5, 0],
      [5, 0, 0, 2],
    ],
    /unknown address type 2/,
    undefined,
  ],
  ['bytes after the method', plain, [[5, 0, 5]], /more than the answer/, undefined],
  [
    'bytes after the status',
    secret,
    [
      [5, 2],
      [1, 0, 5],
    ],
    /more than the answer/,
    undefined,
  ],
  [
    'bytes after the reply',
    plain,
    [
      [5, 0],
      [...ipv4, 0x81],
    ],
    /into the tunnel before the server could have/,
    undefined,
  ],
]
for (const [what, url, answers, message, hint] of violations) {
  test(`${what} breaks the rule that the error cites [RFC 1928, RFC 1929]`, async () => {
    const error = await failing(url, answers)
    assert.match(error.message, message)
    assert.match(error.rule?.document ?? '', /^RFC 192[89]$/)
    if (hint !== undefined) assert.match(error.hint ?? '', hint)
  })
}

test('no acceptable method and refused credentials say what to do [RFC 1928 §3, RFC 1929 §2]', async () => {
  assert.match((await failing(plain, [[5, 255]])).hint ?? '', /asks for credentials/)
  assert.match((await failing(secret, [[5, 255]])).hint ?? '', /supports no username and password/)
  const refused = await failing(secret, [
    [5, 2],
    [1, 7],
  ])
  assert.match(refused.message, /refused the username and password \(status 7\)/)
})

test('a connection that ends early tells which answer was awaited, and how much of it came', async () => {
  const ended = async (url: string, answers: number[][], cause?: Error) => (await run(url, answers)).one.ended(cause)
  assert.match((await ended(plain, [])).message, /ended the connection before it sent a method/)
  assert.match((await ended(secret, [[5, 2]])).message, /before it sent an answer to the credentials/)
  assert.match(
    (
      await ended(plain, [
        [5, 0],
        [5, 0, 0],
      ])
    ).message,
    /after 3 bytes of a reply/,
  )
  const cause = new Error('reset')
  const broken = await ended(plain, [[5]], cause)
  assert.match(broken.message, /broke the connection after 1 byte of a method: reset/)
  assert.equal(broken.cause, cause)
})
