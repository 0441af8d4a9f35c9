/**
 * The life of a connection as a table (RFC 6455 sections 5.5.1 and 7.1).
 *
 * Theory of operation. `Connection` turns everything that happens into one of the events below; `ClosingProcedure` calls `step`, performs the
 * actions of the answer in order and replaces the deadline. Events raised while actions run are applied after them, so no action ever sees a
 * half-made transition. An event that a state does not list changes nothing. Nothing about the end of a connection is decided elsewhere.
 *
 * An orderly end has three parts: both Close frames, the end of one writing side (the server's first, section 7.1.1), the end of the other.
 * Each part has a time limit, which starts again as long as queued bytes keep leaving.
 */
export type ClosingState =
  | 'open'
  /** The peer's Close frame is here; our answer waits until the application has finished the messages before it (section 5.5.1 MAY). */
  | 'answerDeferred'
  /** Our Close frame waits behind messages that an extension is still encoding. */
  | 'closeQueued'
  /** Our Close frame is in the output; the peer may still send messages before its own. */
  | 'closeSent'
  /** The peer's Close frame is here; our answer waits behind messages that an extension is still encoding. */
  | 'answerQueued'
  /** Client only: both Close frames are exchanged; section 7.1.1 leaves the first FIN to the server. */
  | 'closeExchanged'
  /** Our writing side has ended, or ends once the output is flushed; input is discarded until the peer ends its side. */
  | 'ending'
  /** As `ending`, after _Fail the WebSocket Connection_: no more patience than the Close frame needs to arrive. */
  | 'failing'
  /** The transport is gone; input received before is still being delivered. */
  | 'lost'
  | 'closed'

export type ClosingEvent =
  /** `close()` was called. */
  | 'localClose'
  /** Our Close frame is in the output. */
  | 'closeWritten'
  /** A valid Close frame arrived. */
  | 'remoteClose'
  /** A valid Close frame arrived while the application still works on earlier messages. */
  | 'remoteCloseEarly'
  /** The application has finished all messages received so far. */
  | 'applicationIdle'
  /** The peer ended its writing side, and all input before that is used. */
  | 'inputEnd'
  /** _Fail the WebSocket Connection_ */
  | 'fail'
  /** The same, because the peer reads too slowly: its Close frame is slow to arrive, too. */
  | 'failSlow'
  /** Queued bytes have left since the deadline was set. */
  | 'progress'
  /** The deadline has passed without progress. */
  | 'timeout'
  /** The transport is gone while received input is still held. */
  | 'lost'
  /** The transport is gone. */
  | 'gone'

export type ClosingAction =
  /** Tell the layer above that the state left OPEN. */
  | 'notifyClosing'
  /** Write our Close frame behind all messages sent so far. */
  | 'queueClose'
  /** Drop what an extension is still encoding and write the Close frame of the failure, if it has one. */
  | 'writeFailure'
  /** Input has no meaning from now on. */
  | 'discardInput'
  /** Raise `inputEnd` again where the peer ended its side already, before its Close frame was answered. */
  | 'recallInputEnd'
  /** Record the timeout as the reason of the end, where nothing else is. */
  | 'explainTimeout'
  /** End our writing side once the output is flushed. */
  | 'endTransport'
  | 'abortTransport'
  /** CLOSED: release everything and report how it ended. */
  | 'report'

/**
 * How long a state may last. `close` is `closeTimeoutMs`; the others are at most that.
 * `failure`: section 7.1.7 asks for no wait at all. One second lets the Close frame arrive: dropping a transport with unread input resets it.
 * `fin`: a client whose closing handshake is complete gives the server two seconds for its FIN, as Chromium does.
 */
type Patience = 'close' | 'failure' | 'fin'

const PATIENCE_MS: { readonly [name in Patience]: number } = { close: Infinity, failure: 1000, fin: 2000 }

interface Transition {
  readonly next: ClosingState
  /** Undefined keeps the deadline. */
  readonly patience: Patience | undefined
  readonly actions: readonly ClosingAction[]
}

export interface Step {
  readonly state: ClosingState
  /** When `timeout` (or `progress`) is due, in the clock of `now`; undefined: unchanged. */
  readonly deadline: number | undefined
  readonly actions: readonly ClosingAction[]
}

type Table = { readonly [state in ClosingState]: { readonly [event in ClosingEvent]?: Transition } }

function to(next: ClosingState, patience: Patience | undefined, ...actions: ClosingAction[]): Transition {
  return { next, patience, actions }
}

/** @param exchanged both Close frames are exchanged (section 7.1.1) */
function tableFor(exchanged: Transition): Table {
  const gone = to('closed', undefined, 'report')
  const lost = to('lost', 'close')
  // Section 7.1.5: the peer ended without a Close frame; code 1006.
  const ended = to('ending', 'close', 'discardInput', 'endTransport')
  const dropped = to('closed', undefined, 'explainTimeout', 'abortTransport', 'report')
  // Section 7.1.7: send a Close frame with a code, process no more input, end the transport.
  const failed = to('failing', 'failure', 'discardInput', 'writeFailure', 'endTransport')
  const failedSlow = to('failing', 'close', 'discardInput', 'writeFailure', 'endTransport')
  const answered = to('answerQueued', 'close', 'queueClose', 'notifyClosing')
  const waits = (state: ClosingState, patience: Patience): Transition => to(state, patience)
  return {
    open: {
      // Section 7.1.2: a Close frame, then no more data.
      localClose: to('closeQueued', 'close', 'queueClose', 'notifyClosing'),
      // Section 5.5.1: an endpoint that receives a Close frame sends one in response.
      remoteClose: to('answerQueued', 'close', 'discardInput', 'queueClose', 'notifyClosing'),
      remoteCloseEarly: to('answerDeferred', 'close', 'discardInput'),
      inputEnd: to('ending', 'close', 'discardInput', 'notifyClosing', 'endTransport'),
      fail: to('failing', 'failure', 'discardInput', 'writeFailure', 'notifyClosing', 'endTransport'),
      failSlow: to('failing', 'close', 'discardInput', 'writeFailure', 'notifyClosing', 'endTransport'),
      lost: to('lost', 'close', 'notifyClosing'),
      gone,
    },
    answerDeferred: {
      applicationIdle: answered,
      localClose: answered,
      timeout: answered,
      fail: to('failing', 'failure', 'writeFailure', 'notifyClosing', 'endTransport'),
      failSlow: to('failing', 'close', 'writeFailure', 'notifyClosing', 'endTransport'),
      gone,
    },
    closeQueued: {
      closeWritten: to('closeSent', undefined),
      remoteClose: to('answerQueued', 'close', 'discardInput'),
      remoteCloseEarly: to('answerQueued', 'close', 'discardInput'),
      inputEnd: ended,
      fail: failed,
      failSlow: failedSlow,
      progress: waits('closeQueued', 'close'),
      timeout: dropped,
      lost,
      gone,
    },
    closeSent: {
      remoteClose: exchanged,
      remoteCloseEarly: exchanged,
      inputEnd: ended,
      // Our Close frame is the last frame (section 5.5.1): a failure now has no frame of its own.
      fail: to('failing', 'failure', 'discardInput', 'endTransport'),
      failSlow: to('failing', 'close', 'discardInput', 'endTransport'),
      progress: waits('closeSent', 'close'),
      timeout: dropped,
      lost,
      gone,
    },
    answerQueued: { closeWritten: exchanged, fail: failed, failSlow: failedSlow, progress: waits('answerQueued', 'close'), timeout: dropped, gone },
    closeExchanged: {
      inputEnd: to('ending', 'fin', 'discardInput', 'endTransport'),
      // Section 7.1.1: the client may end the transport itself when the server does not in a reasonable time.
      timeout: to('ending', 'fin', 'discardInput', 'endTransport'),
      progress: waits('closeExchanged', 'fin'),
      gone,
    },
    ending: { progress: waits('ending', 'close'), timeout: dropped, gone },
    failing: { timeout: dropped, gone },
    lost: { remoteClose: gone, remoteCloseEarly: gone, inputEnd: gone, fail: gone, failSlow: gone, timeout: gone, gone },
    closed: {},
  }
}

const TABLES: { readonly [role in 'client' | 'server']: Table } = {
  server: tableFor(to('ending', 'close', 'discardInput', 'endTransport')),
  client: tableFor(to('closeExchanged', 'fin', 'discardInput', 'recallInputEnd')),
}

/** Undefined: the event changes nothing in this state. Times are milliseconds. */
export function step(role: 'client' | 'server', state: ClosingState, event: ClosingEvent, now: number, closeTimeoutMs: number): Step | undefined {
  const found = TABLES[role][state][event]
  if (found === undefined) return undefined
  const { next, patience, actions } = found
  return { state: next, deadline: patience === undefined ? undefined : now + Math.min(PATIENCE_MS[patience], closeTimeoutMs), actions }
}

/** The state as RFC 6455 and the WHATWG name it; messages may be sent in OPEN only. */
export function readyStateOf(state: ClosingState): 'OPEN' | 'CLOSING' | 'CLOSED' {
  return state === 'open' || state === 'answerDeferred' ? 'OPEN' : state === 'closed' ? 'CLOSED' : 'CLOSING'
}
