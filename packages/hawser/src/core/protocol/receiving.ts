import type { Assembler } from './assembler.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { Deadlines } from './deadlines.ts'
import type { ConnectionTransport, MessageSink, PieceSink } from './events.ts'
import { MessageAssembler } from './message-assembler.ts'
import { StreamAssembler } from './stream-assembler.ts'
import { StreamDeadlines } from './stream-deadlines.ts'

/** How a connection receives messages, whole or piece by piece. */
export interface Receiving {
  readonly assembler: Assembler
  readonly deadlines: Deadlines
}

/**
 * @param connection says whether it is paused now
 */
export function receiving(
  options: ConnectionOptions,
  sink: MessageSink,
  transport: ConnectionTransport,
  connection: { readonly paused: boolean },
  now: number,
): Receiving {
  const pieces = options.streams === true && StreamAssembler.isPossible(options.extensions) ? sink.pieces : undefined
  if (pieces !== undefined) return receivingPieces(options, pieces, transport, connection, now)
  const assembler = new MessageAssembler(options, sink, transport)
  return { assembler, deadlines: new Deadlines(options, now) }
}

function receivingPieces(
  options: ConnectionOptions,
  pieces: PieceSink,
  transport: ConnectionTransport,
  connection: { readonly paused: boolean },
  now: number,
): Receiving {
  const isPaused = (): boolean => connection.paused
  const assembler = new StreamAssembler(options, pieces, isPaused, (error) => transport.extensionDone('decode', error))
  return { assembler, deadlines: new StreamDeadlines(options, assembler, now) }
}
