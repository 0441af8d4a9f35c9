import type { ObservedHandshake } from '../connection/observer.ts'
import type { DeclinedExtension } from '../connection/socket.ts'
import { acceptSteps } from './accept-steps.ts'
import type { AcceptSteps } from './accept-steps.ts'
import { reportChoices } from './choices.ts'
import type { Choice } from './choices.ts'
import { ruleCitation, webSocketsStandard } from './citation.ts'
import type { Citation } from './citation.ts'
import { requestFieldNote, requestLineNote } from './request-notes.ts'
import type { Note, NoteContext } from './request-notes.ts'
import { responseFieldNote, statusLineNote } from './response-notes.ts'
import { fieldValues, listOfTokens, readWireHead } from './wire-head.ts'
import type { WireHead } from './wire-head.ts'

/** One handshake as the page shows it. Sent as JSON. */
export interface HandshakeReport {
  /** Empty where a client did not get that far. */
  readonly httpVersion: string
  readonly status: number | null
  readonly verdict: Verdict
  readonly request: HeadReport
  readonly response: HeadReport & { readonly content: string }
  readonly accept: AcceptSteps | undefined
  /** The subprotocols and extensions that were offered, and what became of each. */
  readonly choices: readonly Choice[]
}

export interface Verdict {
  /** `opened`; `browser refuses`: a 101 on which a browser must fail; `refused`: by the server; `failed`: at the client. */
  readonly outcome: 'opened' | 'browser refuses' | 'refused' | 'failed'
  readonly text: string
  readonly citation: Citation | undefined
}

export interface HeadReport {
  /** The head exactly as on the wire, decoded as Latin-1. */
  readonly raw: string
  readonly lines: readonly LineReport[]
}

export interface LineReport extends Note {
  readonly raw: string
  /** The field name as sent; undefined for the start line. */
  readonly name: string | undefined
}

/** What the report needs to know besides the bytes. */
export interface ReportOptions {
  /** Those of the server; undefined at a client. */
  readonly declaredSubprotocols: readonly string[] | undefined
  /** Shows credentials, which are withheld otherwise. */
  readonly credentials: boolean
  /** Bytes of a head, and of a content, that are shown. */
  readonly head: number
}

/** @param declined from the connection, where there is one */
export function reportHandshake(event: ObservedHandshake, options: ReportOptions, declined?: readonly DeclinedExtension[]): HandshakeReport {
  const declaredSubprotocols = event.role === 'client' ? undefined : options.declaredSubprotocols
  const request = readWireHead(event.request.subarray(0, options.head), options.credentials)
  const response = readWireHead(event.response.subarray(0, options.head), options.credentials)
  const context: NoteContext = {
    declaredSubprotocols,
    offeredSubprotocols: listOfTokens(fieldValues(request, 'sec-websocket-protocol')),
    authority: fieldValues(request, 'host')[0] ?? fieldValues(request, ':authority')[0] ?? '',
  }
  const key = fieldValues(request, 'sec-websocket-key')[0]
  return {
    httpVersion: event.transport?.httpVersion ?? '',
    status: event.status ?? null,
    verdict: judge(event, response, context),
    request: {
      raw: request.text,
      lines:
        request.text === '' ? [] : headLines(request, requestLineNote(request.startLine), (name, value) => requestFieldNote(name, value, context)),
    },
    response: {
      raw: response.text,
      lines:
        response.text === ''
          ? []
          : headLines(response, statusLineNote(response.startLine, event.status ?? 0), (name, value) =>
              responseFieldNote(name, value, context, event.status ?? 0),
            ),
      content: new TextDecoder().decode(response.rest),
    },
    accept: key === undefined ? undefined : acceptSteps(key, fieldValues(response, 'sec-websocket-accept')[0]),
    choices: reportChoices(request, response, declaredSubprotocols, isOpened(event), declined),
  }
}

/** 101, or over HTTP/2 any 2xx (RFC 8441 section 5). */
function isOpened({ status, transport, reason }: ObservedHandshake): boolean {
  if (status === undefined || reason !== undefined) return false
  return transport?.httpVersion === '2' ? status >= 200 && status <= 299 : status === 101
}

function headLines(head: WireHead, startNote: Note, explain: (name: string, value: string) => Note): LineReport[] {
  const fields = head.lines.map(({ raw, name, value }) => ({ raw, name, ...(name === undefined ? unreadable : explain(name, value)) }))
  const name = /^(:[a-z]+): /.exec(head.startLine)?.[1]
  return [{ raw: head.startLine, name, ...startNote }, ...fields]
}

const unreadable: Note = { part: 'unknown', meaning: 'This line has no field name.', citation: undefined }

function judge(event: ObservedHandshake, response: WireHead, context: NoteContext): Verdict {
  if (event.role === 'client' && !isOpened(event)) {
    const hint = event.error?.hint === undefined ? '' : ` Likely cause: ${event.error.hint}.`
    const text = `The handshake failed${event.error === undefined ? '' : ` at the stage ${event.error.stage}`}: ${event.reason ?? 'no reason is known'}.${hint}`
    return { outcome: 'failed', text, citation: event.rule && ruleCitation(event.rule) }
  }
  if (!isOpened(event)) {
    const rule = event.rule === undefined ? (event.reason === undefined ? '' : `: ${event.reason}`) : `: ${event.rule.text} (${event.reason})`
    return {
      outcome: 'refused',
      text: `The server refused the handshake with ${event.status}${rule}`,
      citation: event.rule && ruleCitation(event.rule),
    }
  }
  const chosen = fieldValues(response, 'sec-websocket-protocol')[0]
  const offered = context.offeredSubprotocols
  if (chosen !== undefined)
    return { outcome: 'opened', text: `The server accepted the handshake and selected the subprotocol ${chosen}.`, citation: undefined }
  if (offered.length === 0)
    return { outcome: 'opened', text: 'The server accepted the handshake. No subprotocol was offered, so none is used.', citation: undefined }
  return {
    outcome: 'browser refuses',
    text: `The server accepted the handshake but declares none of ${offered.join(', ')}, so its response names no subprotocol. RFC 6455 lets a client continue; a browser must fail the connection.`,
    citation: webSocketsStandard,
  }
}
