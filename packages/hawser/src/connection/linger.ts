/**
 * How long a peer has to end the connection after our last bytes (a refusal, GOAWAY). Closing at once could reset the connection before it has read
 * them (RFC 9112 section 9.6), and a peer that is silent or has stopped reading never ends it.
 */
export const lingerMs = 1_000
