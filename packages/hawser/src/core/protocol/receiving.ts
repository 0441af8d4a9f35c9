import type { Assembler } from './assembler.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { Deadlines } from './deadlines.ts'
import type { ConnectionTransport, MessageSink } from './events.ts'
import type { ExtensionCallback } from './extension.ts'
import { MessageAssembler } from './message-assembler.ts'
import { StreamAssembler } from './stream-assembler.ts'
import { StreamDeadlines } from './stream-deadlines.ts'

/** How a connection receives messages, whole or piece by piece. */
export interface Receiving {
  readonly assembler: Assembler
  readonly deadlines: Deadlines
}

/**
 * @param done given to `decode`; undefined leads to `extensionDone` of the transport
 * @param isPaused whether the connection is paused now
 */
export function receiving(
  options: ConnectionOptions,
  sink: MessageSink,
  transport: ConnectionTransport,
  done: ExtensionCallback | undefined,
  isPaused: () => boolean,
  now: number,
): Receiving {
  const pieces = options.streams === true && StreamAssembler.isPossible(options.extensions) ? sink.pieces : undefined
  if (pieces === undefined) {
    const assembler = new MessageAssembler(options, sink, done ?? ((result) => transport.extensionDone('decode', result)))
    return { assembler, deadlines: new Deadlines(options, now) }
  }
  const assembler = new StreamAssembler(options, pieces, isPaused, (error) => transport.extensionDone('decode', error))
  return { assembler, deadlines: new StreamDeadlines(options, assembler, now) }
}
