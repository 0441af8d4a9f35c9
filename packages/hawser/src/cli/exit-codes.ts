/** One code for each way to end; `hawser help connect` prints the table below. */
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
  warning: 10,
  internal: 70,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodeMeanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCodes.clean, 'closed normally: close code 1000, 1001 or an empty Close frame; with --one, a message was received'],
  [
    exitCodes.abnormal,
    'the connection ended without a Close frame (1006); with --one, it ended before a message was received; with replay --check, something else was received; with --record, the file could not be written to its end',
  ],
  [exitCodes.usage, 'wrong arguments, or standard input that cannot be sent'],
  [exitCodes.network, 'no connection: unknown name, closed port or network failure; for serve, the address is taken'],
  [exitCodes.tls, 'TLS failed: certificate, host name or version'],
  [exitCodes.refused, 'the server refused the opening handshake: its status was not 101'],
  [exitCodes.invalidHandshake, 'the response broke a rule of the opening handshake: not HTTP, or a wrong accept value, subprotocol or extension'],
  [exitCodes.timeout, 'timeout: of the handshake, of a Pong, or of a message with --one --wait'],
  [exitCodes.closedWithError, 'the peer closed with a close code other than 1000 and 1001'],
  [exitCodes.protocolError, 'we failed the connection: the peer broke the protocol or exceeded a limit'],
  [exitCodes.warning, 'for doctor only: it works, and will break for some'],
  [exitCodes.internal, 'a defect in hawser, please report it'],
  [exitCodes.interrupted, 'interrupted by SIGINT'],
  [exitCodes.brokenPipe, 'the reader of standard output closed it'],
  [exitCodes.terminated, 'ended by SIGTERM'],
]
