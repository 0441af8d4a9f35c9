import { asError, OptionError } from '../errors.ts'
import type { MessageError } from '../errors.ts'
import { checkOptions } from '../option-names.ts'
import { locateJsonError } from './json-position.ts'
import { refuseIncoming, refuseOutgoing } from './refusal.ts'
import { toMessageIssues } from './standard-schema.ts'
import type { SchemaInput, SchemaOutput, StandardResult, StandardSchemaV1 } from './standard-schema.ts'
import { ignoreRejection, isThenable } from '../thenable.ts'
import type { SubprotocolCodec } from './codec.ts'

/** Options of `json`. */
export interface JsonOptions {
  /**
   * Also validate messages to send. `send` is synchronous, so the schema must be too. The message is sent as given, not
   * the schema's output: its transformations are the receiver's. Default false.
   */
  readonly validateOutgoing?: boolean
}

/** JSON in text messages (RFC 8259), as `unknown`: the application validates it. */
export function json(): SubprotocolCodec<unknown, unknown>
/**
 * JSON in text messages, validated by any Standard Schema: received messages are the schema's output, sent messages its input.
 * A message that fails is a `MessageError` with an issue and a path for each place.
 * @throws OptionError when `schema` is not a Standard Schema of version 1, and for a wrong option
 */
export function json<S extends StandardSchemaV1>(schema: S, options?: JsonOptions): SubprotocolCodec<SchemaOutput<S>, SchemaInput<S>>
export function json(schema?: StandardSchemaV1, options: JsonOptions = {}): SubprotocolCodec<unknown, unknown> {
  if (schema === undefined) return { decode: parse, encode: stringify }
  const standard = (schema as Partial<StandardSchemaV1> | null)?.['~standard']
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new OptionError('json(schema)', 'a Standard Schema, version 1', schema)
  }
  checkOptions(options, ['validateOutgoing'])
  if (options.validateOutgoing !== undefined && typeof options.validateOutgoing !== 'boolean') {
    throw new OptionError('validateOutgoing', 'true or false', options.validateOutgoing)
  }
  const { validate } = standard

  return {
    decode(data) {
      const value = parse(data)
      const result = guard(() => validate(value), data)
      return isThenable(result)
        ? new Promise<StandardResult<unknown>>((resolve) => resolve(result)).then(
            (settled) => unwrap(settled, data),
            (error: unknown) => Promise.reject(schemaFailed(error, data)),
          )
        : unwrap(result, data)
    },
    encode(message) {
      if (options.validateOutgoing === true) checkOutgoing(message)
      return stringify(message)
    },
  }

  function checkOutgoing(message: unknown): void {
    let result: StandardResult<unknown> | Promise<StandardResult<unknown>>
    try {
      result = validate(message)
    } catch (error) {
      throw refuseOutgoing([{ message: 'the schema threw', path: [] }], error)
    }
    if (isThenable(result)) {
      ignoreRejection(result)
      throw refuseOutgoing([{ message: 'the schema validates asynchronously, which validateOutgoing does not allow', path: [] }])
    }
    if (result.issues !== undefined) throw refuseOutgoing(toMessageIssues(result.issues))
  }
}

function parse(data: string | Uint8Array): unknown {
  if (typeof data !== 'string') throw refuseIncoming(data, [{ message: 'expected a text message with JSON, received a binary one', path: [] }])
  try {
    return JSON.parse(data)
  } catch (error) {
    throw refuseIncoming(data, [{ message: locateJsonError(data), path: [] }], error)
  }
}

function stringify(message: unknown): string {
  let encoded: string | undefined
  try {
    encoded = JSON.stringify(message) as string | undefined
  } catch (error) {
    throw refuseOutgoing([{ message: `JSON cannot represent it: ${asError(error).message}`, path: [] }], error)
  }
  if (encoded === undefined) throw refuseOutgoing([{ message: `JSON cannot represent ${typeof message}`, path: [] }])
  return encoded
}

function unwrap(result: StandardResult<unknown>, data: string | Uint8Array): unknown {
  if (result.issues !== undefined) throw refuseIncoming(data, toMessageIssues(result.issues))
  return result.value
}

function guard<T>(validate: () => T, data: string | Uint8Array): T {
  try {
    return validate()
  } catch (error) {
    throw schemaFailed(error, data)
  }
}

/** A schema reports issues instead of throwing. If it throws, the application is at fault, whatever the peer sent. */
function schemaFailed(error: unknown, data: string | Uint8Array): MessageError {
  return refuseIncoming(data, [{ message: 'the schema threw', path: [] }], error, 'application')
}
