import { MessageError } from '../core/errors.ts'

/**
 * Turns an exception of a codec into an error that names the subprotocol, which the codec does not know.
 * @param received the message, where it was an incoming one
 */
export function codecError(thrown: unknown, subprotocol: string, received?: string | Uint8Array): MessageError {
  if (!(thrown instanceof MessageError)) {
    return new MessageError(`the codec of subprotocol ${subprotocol} threw`, {
      fault: 'application',
      subprotocol,
      issues: [{ message: 'the codec threw', path: [] }],
      cause: thrown,
      ...(received === undefined ? {} : { received }),
    })
  }
  if (thrown.subprotocol !== '') return thrown
  return new MessageError(`subprotocol ${subprotocol}: ${thrown.message}`, {
    fault: thrown.fault,
    subprotocol,
    issues: thrown.issues,
    ...(thrown.received === undefined ? {} : { received: thrown.received }),
    ...(thrown.cause === undefined ? {} : { cause: thrown.cause }),
  })
}
