/** One code for each kind of end; the table of `hawser help connect` is made from this one. */
export const exitCodes = {
  clean: 0,
  abnormal: 1,
  usage: 2,
  network: 3,
  tls: 4,
  refused: 5,
  invalidHandshake: 6,
  timeout: 7,
  closedWithError: 8,
  protocolError: 9,
  internal: 70,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodeMeanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCodes.clean, 'closed in order: close code 1000, 1001 or an empty Close frame; with --one, a message came'],
  [exitCodes.abnormal, 'the connection was lost without a Close frame (1006); with --one, it ended before a message came'],
  [exitCodes.usage, 'wrong arguments, or standard input that cannot be sent'],
  [exitCodes.network, 'no connection: the name was not found, the port was closed, the network failed, or the address to listen on is taken'],
  [exitCodes.tls, 'TLS failed: certificate, host name or version'],
  [exitCodes.refused, 'the server answered the opening handshake with something other than 101'],
  [exitCodes.invalidHandshake, 'the answer broke a rule of the opening handshake: not HTTP, wrong accept, subprotocol or extension'],
  [exitCodes.timeout, 'nothing came in time: handshake, Pong, or message with --one --wait'],
  [exitCodes.closedWithError, 'the peer closed with another close code than 1000 or 1001'],
  [exitCodes.protocolError, 'this end failed the connection: the peer broke the protocol or a limit'],
  [exitCodes.internal, 'a defect of hawser itself; please report it'],
  [exitCodes.interrupted, 'interrupted by SIGINT'],
  [exitCodes.brokenPipe, 'the reader of standard output went away'],
  [exitCodes.terminated, 'ended by SIGTERM'],
]
