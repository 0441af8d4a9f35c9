import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { readForwarded } from '../../../src/core/handshake/forwarded.ts'
import { growth, LINEAR } from '../growth.ts'

const proxies: readonly (string | undefined)[] = ['10.0.0.1', '10.0.0.2', 'fd00::1']
const trusts = (address: string | undefined): boolean => proxies.includes(address)
const read = (lines: Record<string, string>, peer: string | undefined = '10.0.0.1'): unknown =>
  readForwarded(new Fields(Object.entries(lines)), peer, trusts)

test('the fields of a peer that is not a trusted proxy are ignored', () => {
  for (const peer of ['192.0.2.1', undefined]) {
    assert.equal(
      readForwarded(
        new Fields([
          ['X-Forwarded-Proto', 'https'],
          ['Forwarded', 'proto=https'],
        ]),
        peer,
        trusts,
      ),
      undefined,
    )
  }
  assert.equal(read({}), undefined)
})

test('one proxy says address, scheme and host', () => {
  const expected = { address: '192.0.2.1', secure: true, authority: 'app.example' }
  assert.deepEqual(read({ 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'App.example' }), expected)
  assert.deepEqual(read({ Forwarded: 'for=192.0.2.1;Proto=HTTPS;host=App.example' }), expected)
  assert.deepEqual(read({ Forwarded: 'for="192.0.2.1:4711"; proto=https; host="App.example"; by=_x' }), expected)
  assert.deepEqual(read({ 'X-Forwarded-Proto': 'https' }), { address: undefined, secure: true, authority: undefined })
})

test('in a chain, the entry of the outermost trusted proxy counts, and entries before it are ignored', () => {
  assert.deepEqual(
    read({
      'X-Forwarded-For': '6.6.6.6, 192.0.2.1, 10.0.0.2',
      'X-Forwarded-Proto': 'ws, https, http',
      'X-Forwarded-Host': 'evil, app.example, inner',
    }),
    {
      address: '192.0.2.1',
      secure: true,
      authority: 'app.example',
    },
  )
  assert.deepEqual(read({ Forwarded: 'for=6.6.6.6;host=evil, for=192.0.2.1;proto=https;host=app.example, for=10.0.0.2;proto=http' }), {
    address: '192.0.2.1',
    secure: true,
    authority: 'app.example',
  })
  // A client adds to the fields of its own accord: only the last element is the proxy's.
  assert.deepEqual(read({ 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https, http' }), {
    address: '192.0.2.1',
    secure: false,
    authority: undefined,
  })
})

test('IPv6 addresses come with and without brackets; hidden and unknown ones are undefined', () => {
  const address = (lines: Record<string, string>): string | undefined => (read(lines) as { address: string | undefined }).address
  assert.equal(address({ Forwarded: 'for="[2001:db8::1]:4711"' }), '2001:db8::1')
  assert.equal(address({ 'X-Forwarded-For': '2001:db8::1' }), '2001:db8::1')
  assert.equal(address({ 'X-Forwarded-For': '192.0.2.1, fd00::1' }), '192.0.2.1')
  for (const hidden of ['unknown', '_hidden', '"_x:_y"']) assert.equal(address({ Forwarded: `for=${hidden}` }), undefined)
})

test('a field that cannot be parsed is ignored', () => {
  assert.equal(read({ Forwarded: 'for=192.0.2.1, for="unfinished' }), undefined)
  assert.equal(read({ Forwarded: 'no pair' }), undefined)
  assert.deepEqual(read({ 'X-Forwarded-Proto': 'gopher', 'X-Forwarded-Host': 'a b' }), {
    address: undefined,
    secure: undefined,
    authority: undefined,
  })
})

test('both kinds of fields have to agree, since a proxy that writes one may pass on the other', () => {
  const forwarded = 'for=192.0.2.1;proto=https'
  assert.equal(read({ Forwarded: forwarded, 'X-Forwarded-For': '192.0.2.2', 'X-Forwarded-Proto': 'https' }), 'conflict')
  assert.equal(read({ Forwarded: forwarded, 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'http' }), 'conflict')
  assert.deepEqual(read({ Forwarded: forwarded, 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' }), {
    address: '192.0.2.1',
    secure: true,
    authority: undefined,
  })
})

test('64 KB of these fields take linear time [RS14]', () => {
  for (const name of ['Forwarded', 'X-Forwarded-For']) {
    for (const piece of ['a', ' ', ',', ';', '"', '\\', 'for=', 'for=10.0.0.2,', '10.0.0.2,', 'for="\\"', '[', ':'])
      assert.ok(growth((size) => void read({ [name]: piece.repeat(size / piece.length) })) < LINEAR, `${name} ${piece}`)
  }
})
