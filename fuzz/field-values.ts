/**
 * Invariant: any field value is either refused with a message, or read as tokens from which a value can be serialized that is read the same;
 * nothing throws, and what is read never holds a character that is not in the value.
 */
import { isToken, parseExtensions, parseTokenList, parseUpgrade, serializeExtensions } from '../packages/hawser/src/core/handshake/field-values.ts'
import { normalizeOrigin } from '../packages/hawser/src/core/handshake/origin.ts'
import { parseAuthority, serializeAuthority } from '../packages/hawser/src/core/handshake/authority.ts'
import { parseRequestTarget } from '../packages/hawser/src/core/handshake/request-target.ts'
import { Mutator } from './mutator.ts'

const SEEDS: readonly string[] = [
  'permessage-deflate; client_max_window_bits, a; b="c"; d = e,,f',
  'chat, superchat',
  'HTTP/2.0, websocket',
  'https://Example.com:443',
  '[2001:db8::1]:8080',
  'http://h:80/a?b',
  '/chat?x=1',
  '::1',
  'a;b="\\c\\d"',
]
const PIECES: readonly string[] = [
  ',',
  ';',
  '=',
  '"',
  '\\',
  ' ',
  '\t',
  '/',
  ':',
  '[',
  ']',
  '::',
  '%',
  '%41',
  '://',
  '#',
  '?',
  '@',
  '\0',
  '\r\n',
  '\x80',
  '\xff',
  '__proto__',
  'constructor',
  ',,,,',
  '"\\"',
  '255.255.255.255',
  '65536',
]

export function run(iterations: number, seed: number): void {
  const mutator = new Mutator(seed, PIECES)
  for (let iteration = 0; iteration < iterations; iteration++) {
    const value = Buffer.from(mutator.mutate(SEEDS)).toString('latin1')
    try {
      check(value)
    } catch (cause) {
      throw new Error(`field value ${JSON.stringify(value)} (seed ${seed}, iteration ${iteration})`, { cause })
    }
  }
}

function check(value: string): void {
  const list = parseTokenList([value])
  if (list.ok && !(list.value.every(isToken) && same(parseTokenList([list.value.join(', ')]), list)))
    throw new Error('the token list is not read back')
  // A list without quotes is what a plain split makes of it.
  if (
    list.ok &&
    list.value.join() !==
      value
        .split(',')
        .map((part) => part.replace(/^[ \t]+|[ \t]+$/g, ''))
        .filter((part) => part !== '')
        .join()
  )
    throw new Error('the list has other members')
  const upgrade = parseUpgrade([value])
  if (upgrade.ok && !upgrade.value.every(({ name, version }) => isToken(name) && (version === undefined || isToken(version))))
    throw new Error('a protocol is no token')
  const extensions = parseExtensions([value])
  if (extensions.ok) {
    const text = serializeExtensions(extensions.value)
    if (!same(parseExtensions([text]), extensions)) throw new Error(`the extensions are not read back from ${text}`)
    if (!extensions.value.every(({ name, parameters }) => isToken(name) && parameters.flat().every((part) => part === true || isToken(part))))
      throw new Error('a part is no token')
  }
  for (const parsed of [list, upgrade, extensions])
    if (!parsed.ok && !/^[\x20-\x7e]+$/.test(parsed.message)) throw new Error('the message is not printable')
  const authority = parseAuthority(value)
  if (authority !== undefined && !same(parseAuthority(serializeAuthority(authority)), authority)) throw new Error('the authority is not read back')
  const origin = normalizeOrigin(value)
  if (origin !== undefined && normalizeOrigin(origin) !== origin) throw new Error('normalizing an origin twice changes it')
  const target = parseRequestTarget(value)
  if (target.ok && !(target.value.path.startsWith('/') && !/[#\s]/.test(target.value.path))) throw new Error('the target has a wrong path')
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
