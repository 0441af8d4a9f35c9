/**
 * Typed subprotocols: each name determines the messages of a connection (RFC 6455 section 1.9).
 */
import type { RegisteredSubprotocol, SubprotocolName } from '../registry/subprotocol-names.ts'

/** Translates one subprotocol's messages between the application and the wire. */
export interface SubprotocolCodec<In = unknown, Out = In> {
  /**
   * @param data a string for a text message, bytes for a binary one
   * @throws MessageError when the message is not one of this subprotocol
   */
  decode(data: string | Uint8Array): In | Promise<In>
  /**
   * @returns a string for a text message, bytes for a binary one
   * @throws MessageError when the message cannot be one of this subprotocol
   */
  encode(message: Out): string | Uint8Array
}

/** `subprotocols: { 'chat.v2': json(schema), soap: text() }`: any token is a name; an editor completes the registered ones. */
export type SubprotocolMap = { readonly [name: string]: SubprotocolCodec<any, any> } & {
  readonly [Name in RegisteredSubprotocol]?: SubprotocolCodec<any, any>
}

/** Names without codecs: messages stay raw. */
export type SubprotocolNames = readonly SubprotocolName[]

/** The subprotocols that a client or server declares: names alone, or names with a codec each. */
export type Subprotocols = SubprotocolMap | SubprotocolNames

/**
 * The type of an option from which `S` is inferred. For a bare `S` an editor completes nothing, because the text typed so far is the inferred type.
 */
export type DeclaredAs<S extends Subprotocols> = (S & Subprotocols) | readonly RegisteredSubprotocol[]

/** A message of a connection without a codec. */
export type RawMessage = string | Uint8Array

/** The type of the messages that a codec decodes. */
export type Incoming<C> = C extends SubprotocolCodec<infer In, any> ? In : never
/** The type of the messages that a codec encodes. */
export type Outgoing<C> = C extends SubprotocolCodec<any, infer Out> ? Out : never
