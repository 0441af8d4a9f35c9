/** Programs with hawser that do what the selected connection did. Values of a peer become string literals and nothing else. */
import { urlOf } from './har.js'

/** @import { ConnectionReport } from '../report.ts' */
/** @import { PageFacts } from '../server-facts.ts' */

/** @typedef {{ title: string, note: string, code: string }} Program */

/**
 * @param {ConnectionReport} report
 * @param {PageFacts} facts
 * @param {boolean} secure
 * @returns {Program[]}
 */
export function programsFor(report, facts, secure) {
  const url = urlOf(report, secure)
  const failed = report.state === 'FAILED'
  return [
    { title: 'This server in five lines', note: 'It echoes every message.', code: serverProgram(report, facts) },
    { title: 'This client in five lines', note: failed ? 'Its `connect` rejects with a HandshakeError.' : '', code: clientProgram(report, url) },
    failed
      ? { title: 'This refusal in a test', note: 'Run it with `node --test`.', code: refusalTest(report, url) }
      : { title: 'This handshake in a test', note: 'Run it with `node --test`.', code: handshakeTest(report, url) },
  ]
}

/** @param {ConnectionReport} report @param {PageFacts} facts */
function serverProgram(report, facts) {
  const subprotocols = facts.subprotocols ?? (report.subprotocol === '' ? [] : [report.subprotocol])
  const deflate = facts.extensions.includes('permessage-deflate') || report.extensions.includes('permessage-deflate')
  const options = [
    'port: 8080',
    ...(subprotocols.length === 0 ? [] : [`subprotocols: ${literal(subprotocols)}`]),
    ...(facts.requiresSubprotocol ? ["noSubprotocol: 'refuse'"] : []),
    ...(facts.paths.length === 0 ? [] : [`paths: ${literal(facts.paths)}`]),
    ...(deflate ? ['extensions: [permessageDeflate()]'] : []),
  ]
  return lines(
    `import { ${deflate ? 'permessageDeflate, ' : ''}serve } from 'hawser'`,
    '',
    'const server = await serve({',
    `  ${options.join(', ')},`,
    '  message: (socket, message) => socket.send(message),',
    '})',
    'console.log(server.url)',
  )
}

/** @param {ConnectionReport} report @param {string} url */
function clientProgram(report, url) {
  const { options, deflate } = connectOptions(report)
  return lines(
    `import { connect${deflate ? ', permessageDeflate' : ''} } from 'hawser'`,
    '',
    `const socket = await connect(${literal(url)}${options})`,
    "socket.send('hello')",
    'console.log(await socket.receive())',
    'await socket.close()',
  )
}

/** @param {ConnectionReport} report @param {string} url */
function handshakeTest(report, url) {
  const { options, deflate } = connectOptions(report)
  return lines(
    "import assert from 'node:assert/strict'",
    "import { test } from 'node:test'",
    `import { connect${deflate ? ', permessageDeflate' : ''} } from 'hawser'`,
    '',
    "test('accepts this handshake', async () => {",
    `  const socket = await connect(${literal(url)}${options})`,
    `  assert.equal(socket.subprotocol, ${literal(report.subprotocol)})`,
    '  await socket.close()',
    '})',
  )
}

/** @param {ConnectionReport} report @param {string} url */
function refusalTest(report, url) {
  const { options, deflate, isUsual } = connectOptions(report)
  if (!isUsual) return rawRefusalTest(report, url)
  const expected = report.status === null ? "{ name: 'HandshakeError' }" : `{ name: 'HandshakeError', status: ${report.status} }`
  return lines(
    "import assert from 'node:assert/strict'",
    "import { test } from 'node:test'",
    `import { connect${deflate ? ', permessageDeflate' : ''} } from 'hawser'`,
    '',
    "test('refuses this handshake', async () => {",
    `  const opening = connect(${literal(url)}${options})`,
    `  await assert.rejects(opening, ${expected})`,
    '})',
  )
}

/** A request that `connect` would not make is sent byte by byte. @param {ConnectionReport} report @param {string} url */
function rawRefusalTest(report, url) {
  const [, host = 'localhost', port = '80'] = /^wss?:\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(url) ?? []
  return lines(
    "import assert from 'node:assert/strict'",
    "import { once } from 'node:events'",
    "import { connect } from 'node:net'",
    "import { test } from 'node:test'",
    '',
    "test('refuses this handshake', async () => {",
    `  const socket = connect(${port}, ${literal(host.replaceAll(/[[\]]/g, ''))})`,
    `  socket.write(${literal(report.handshake.request.raw)}, 'latin1')`,
    "  const [first] = await once(socket, 'data')",
    `  assert.match(String(first), /^HTTP\\/1\\.1 ${report.status ?? '4\\d\\d'} /)`,
    '  socket.destroy()',
    '})',
  )
}

/**
 * @param {ConnectionReport} report
 * @returns {{ options: string, deflate: boolean, isUsual: boolean }}
 */
function connectOptions({ handshake, role }) {
  const value = (/** @type {string} */ name) =>
    handshake.request.lines.filter((line) => line.name?.toLowerCase() === name).map((line) => line.raw.slice(name.length + 1).trim())
  const names = value('sec-websocket-protocol')
    .flatMap((list) => list.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const [origin] = value('origin')
  const deflate = value('sec-websocket-extensions').some((list) => list.includes('permessage-deflate'))
  const isHttp2 = handshake.httpVersion === '2'
  const isUsual =
    role === 'client' ||
    isHttp2 ||
    (handshake.request.raw.startsWith('GET /') &&
      value('upgrade').some((list) => /^websocket$/i.test(list)) &&
      value('connection').some((list) => /\bupgrade\b/i.test(list)) &&
      value('sec-websocket-version').join() === '13' &&
      /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(value('sec-websocket-key').join()) &&
      value('host').length === 1 &&
      new Set(names).size === names.length &&
      names.every((name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) &&
      (origin === undefined || /^https?:\/\/[^/]+$/.test(origin)))
  const options = [
    ...(names.length === 0 ? [] : [`subprotocols: ${literal(names)}`]),
    ...(origin === undefined ? [] : [`origin: ${literal(origin)}`]),
    ...(deflate ? ['extensions: [permessageDeflate()]'] : []),
    ...(isHttp2 ? ["http: '2'"] : []),
  ]
  return { options: options.length === 0 ? '' : `, { ${options.join(', ')} }`, deflate, isUsual }
}

/** @param {unknown} value @returns {string} */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  const text = JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return text.includes("'") ? text : `'${text.slice(1, -1).replaceAll('\\"', '"')}'`
}

/** @param {string[]} all */
function lines(...all) {
  return `${all.join('\n')}\n`
}
