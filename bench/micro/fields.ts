/** Field values: hawser's parser compared with a split on commas, which would be wrong. */
import { isToken, parseExtensions, parseTokenList } from '../../packages/hawser/src/core/handshake/field-values.ts'
import { compare } from './time.ts'

const subprotocols = 'chat.v2, soap, graphql-transport-ws'
const offers = 'permessage-deflate; client_max_window_bits; server_no_context_takeover, permessage-deflate; client_max_window_bits=12'

compare('a token', {
  'regular expression': () => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test('graphql-transport-ws'),
  isToken: () => isToken('graphql-transport-ws'),
})
compare('a list of three tokens', {
  split: () => subprotocols.split(',').map((name) => name.trim()),
  parseTokenList: () => parseTokenList([subprotocols]),
})
compare('two extension offers', {
  split: () => offers.split(',').map((offer) => offer.split(';').map((part) => part.trim().split('='))),
  parseExtensions: () => parseExtensions([offers]),
})
