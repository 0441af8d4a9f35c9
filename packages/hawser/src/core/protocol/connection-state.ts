/**
 * Theory of operation: the life of a connection as a table (RFC 6455 sections 7.1.1 to 7.1.7). `Connection` looks up what happened and does
 * what the table says, in that order; an event that a state does not list changes nothing.
 */
export type ConnectionState =
  | 'open'
  /** Our Close frame waits behind messages that an extension is still working on. */
  | 'closeQueued'
  /** Our Close frame is sent; the peer may still send messages before its own. */
  | 'closeSent'
  /** The peer's Close frame has come, our answer waits behind messages. */
  | 'closeReceived'
  /** Client only: both Close frames went; section 7.1.1 leaves the first FIN to the server. */
  | 'bothClosed'
  /** We have ended the transport; what comes is discarded until the peer has, too. */
  | 'ending'
  /** The transport is gone in order; what it brought before is still being handed over. */
  | 'lost'
  | 'closed'

export type StateEvent =
  /** `close()` */
  | 'localClose'
  /** Our Close frame is in the output. */
  | 'closeWritten'
  /** A valid Close frame came. */
  | 'remoteClose'
  /** The peer ended its writing side. */
  | 'end'
  /** _Fail the WebSocket Connection_ */
  | 'fail'
  /** The time for this state is over. */
  | 'timeout'
  /** The transport is gone, and received bytes wait. */
  | 'lost'
  /** The transport is gone. */
  | 'gone'

export type StateAction =
  | 'notifyClosing'
  | 'queueClose'
  | 'writeFailure'
  | 'startTimer'
  | 'timedOut'
  | 'discard'
  | 'endTransport'
  | 'abortTransport'
  | 'report'

export interface Transition {
  readonly next: ConnectionState
  readonly actions: readonly StateAction[]
}

type Table = { readonly [state in ConnectionState]: { readonly [event in StateEvent]?: Transition } }

function to(next: ConnectionState, ...actions: StateAction[]): Transition {
  return { next, actions }
}

function tableFor(bothClosed: Transition): Table {
  const gone = to('closed', 'report')
  const lost = to('lost', 'startTimer')
  const ended = to('ending', 'discard', 'endTransport', 'startTimer')
  const dropped = to('closed', 'timedOut', 'abortTransport', 'report')
  const failed = to('ending', 'discard', 'writeFailure', 'endTransport', 'startTimer')
  return {
    open: {
      localClose: to('closeQueued', 'startTimer', 'notifyClosing', 'queueClose'),
      remoteClose: to('closeReceived', 'discard', 'startTimer', 'notifyClosing', 'queueClose'),
      end: to('ending', 'discard', 'notifyClosing', 'endTransport', 'startTimer'),
      fail: to('ending', 'discard', 'writeFailure', 'notifyClosing', 'endTransport', 'startTimer'),
      lost: to('lost', 'startTimer', 'notifyClosing'),
      gone,
    },
    closeQueued: {
      closeWritten: to('closeSent'),
      remoteClose: to('closeReceived', 'discard', 'startTimer'),
      end: ended,
      fail: failed,
      timeout: dropped,
      lost,
      gone,
    },
    closeSent: { remoteClose: bothClosed, end: ended, fail: ended, timeout: dropped, lost, gone },
    closeReceived: { closeWritten: bothClosed, fail: failed, timeout: dropped, gone },
    bothClosed: { end: ended, timeout: ended, fail: ended, gone },
    ending: { timeout: dropped, gone },
    lost: { remoteClose: gone, fail: gone, timeout: gone, gone },
    closed: {},
  }
}

const SERVER: Table = tableFor(to('ending', 'discard', 'endTransport', 'startTimer'))
const CLIENT: Table = tableFor(to('bothClosed', 'discard', 'startTimer'))

export function transition(role: 'client' | 'server', state: ConnectionState, event: StateEvent): Transition | undefined {
  return (role === 'server' ? SERVER : CLIENT)[state][event]
}

export function readyStateOf(state: ConnectionState): 'OPEN' | 'CLOSING' | 'CLOSED' {
  return state === 'open' ? 'OPEN' : state === 'closed' ? 'CLOSED' : 'CLOSING'
}
