/**
 * Codecs of typed subprotocols: text, binary, JSON with a Standard Schema; and bearer credentials in a subprotocol name.
 * @module
 */
export { BEARER_PREFIX, bearerName, readBearer } from './bearer.ts'
export type { BearerOptions } from './bearer.ts'
export { binary } from './binary.ts'
export { json } from './json.ts'
export type { JsonOptions } from './json.ts'
export type { SchemaInput, SchemaOutput, StandardIssue, StandardResult, StandardSchemaV1 } from './standard-schema.ts'
export { text } from './text.ts'
export type { Incoming, Outgoing, RawMessage, SubprotocolCodec, SubprotocolMap, SubprotocolNames, Subprotocols } from './codec.ts'
