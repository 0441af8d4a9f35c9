/**
 * How long a peer has to end the connection after our last word on it (a refusal, GOAWAY): closing at once could reset what it has not read
 * (RFC 9112 section 9.6), and one that is silent or has stopped reading never ends it.
 */
export const lingerMs = 1_000
