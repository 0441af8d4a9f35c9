/** How long the suite waits for what must come, and how long nothing has to come for silence. Milliseconds. */
export interface Bounds {
  /** For an answer or an end that the peer owes at once. Default 3 000. */
  readonly answerMs: number
  /** For silence. Default 100. */
  readonly silenceMs: number
  /** For an opening handshake that is never completed. Default 20 000. */
  readonly handshakeMs: number
  /** For a closing handshake that the suite never completes. Default 20 000. */
  readonly closeMs: number
  /** For one case of the volume tier. Default 60 000. */
  readonly volumeMs: number
}

/** The bounds of a run that sets none. */
export const defaultBounds: Bounds = { answerMs: 3000, silenceMs: 100, handshakeMs: 20_000, closeMs: 20_000, volumeMs: 60_000 }
