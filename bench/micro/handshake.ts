/** The cost of the server's opening handshake in microseconds per request, without a socket: `node --import tsx bench/micro/handshake.ts [rounds]`. */
import { acceptKey } from '../../packages/hawser/src/core/handshake/accept-key.ts'
import { negotiateExtensions } from '../../packages/hawser/src/core/handshake/extension-negotiation.ts'
import { createOriginPolicy } from '../../packages/hawser/src/core/handshake/origin.ts'
import { agreeOnSubprotocol } from '../../packages/hawser/src/core/handshake/subprotocol.ts'
import { serializeAcceptance } from '../../packages/hawser/src/core/http1/acceptance.ts'
import { DEFAULT_HEAD_LIMITS } from '../../packages/hawser/src/core/http1/head-limits.ts'
import { isUpgradeToWebSocket, readOpeningRequest } from '../../packages/hawser/src/core/http1/opening-request.ts'
import { RequestHeadParser } from '../../packages/hawser/src/core/http1/request-head.ts'
import { nodePlatform } from '../../packages/hawser/src/runtime/node/platform.ts'

const request = Buffer.from(
  [
    'GET /chat HTTP/1.1',
    'Host: 127.0.0.1:8080',
    'Connection: Upgrade',
    'Pragma: no-cache',
    'Cache-Control: no-cache',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36',
    'Upgrade: websocket',
    'Origin: http://127.0.0.1:8080',
    'Sec-WebSocket-Version: 13',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: en-US,en;q=0.9',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
    '',
    '',
  ].join('\r\n'),
)

const rounds = Number(process.argv[2] ?? 200_000)
const policy = { origins: createOriginPolicy(undefined), secure: false }

function parse(): NonNullable<unknown> {
  return new RequestHeadParser(DEFAULT_HEAD_LIMITS, nodePlatform.text).push(request)
}

const steps: Record<string, () => unknown> = {
  'parse the head': parse,
  'parse and validate': () => {
    const result = new RequestHeadParser(DEFAULT_HEAD_LIMITS, nodePlatform.text).push(request)
    if (result.kind !== 'head' || !isUpgradeToWebSocket(result.head)) throw new Error(result.kind)
    return readOpeningRequest(result.head, policy)
  },
  'Sec-WebSocket-Accept': () => acceptKey('dGhlIHNhbXBsZSBub25jZQ==', nodePlatform.sha1Base64),
  'whole handshake': () => {
    const result = new RequestHeadParser(DEFAULT_HEAD_LIMITS, nodePlatform.text).push(request)
    if (result.kind !== 'head' || !isUpgradeToWebSocket(result.head)) throw new Error(result.kind)
    const opening = readOpeningRequest(result.head, policy)
    if (!opening.ok) throw new Error(opening.refusal.message)
    const subprotocol = agreeOnSubprotocol(opening.value.subprotocols, [], 'accept')
    const extensions = negotiateExtensions(opening.value.extensions, [])
    if (!subprotocol.ok) throw new Error('unreachable')
    const accept = acceptKey(opening.value.key!, nodePlatform.sha1Base64)
    return serializeAcceptance({ accept, subprotocol: subprotocol.value, extensions: extensions.field })
  },
}

for (const [name, step] of Object.entries(steps)) {
  for (let round = 0; round < rounds / 4; round++) step()
  let best = Number.POSITIVE_INFINITY
  for (let repeat = 0; repeat < 3; repeat++) {
    const start = process.hrtime.bigint()
    for (let round = 0; round < rounds; round++) step()
    best = Math.min(best, Number(process.hrtime.bigint() - start) / rounds / 1000)
  }
  console.log(`${name.padEnd(24)} ${best.toFixed(2)} us`)
}
