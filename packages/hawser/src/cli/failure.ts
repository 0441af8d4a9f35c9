import { citeRule, HandshakeError } from '../core/errors.ts'
import type { ReceivedResponse, Rule } from '../core/errors.ts'
import { hideUserinfo } from '../client/address.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { printable } from './terminal.ts'
import type { Paint } from './terminal.ts'

const stageNames: Record<HandshakeError['stage'], string> = {
  url: 'the URL',
  dns: 'DNS lookup',
  tcp: 'TCP connection',
  proxy: 'the proxy',
  tls: 'TLS',
  settings: 'HTTP/2 settings',
  request: 'sending the request',
  response: 'the response',
  redirect: 'following a redirect',
  accept: 'checking Sec-WebSocket-Accept',
  subprotocol: 'agreeing on a subprotocol',
  extensions: 'agreeing on extensions',
  timeout: 'time limit',
  aborted: 'interrupted',
}

/** Undefined where the response decides. */
const stageExitCodes: Record<HandshakeError['stage'], ExitCode | undefined> = {
  url: exitCodes.usage,
  dns: exitCodes.network,
  tcp: exitCodes.network,
  proxy: exitCodes.network,
  tls: exitCodes.tls,
  settings: undefined,
  request: undefined,
  response: undefined,
  redirect: undefined,
  accept: undefined,
  subprotocol: undefined,
  extensions: undefined,
  timeout: exitCodes.timeout,
  aborted: exitCodes.interrupted,
}

/** 101, or over HTTP/2 a 2xx. */
function isOpened({ httpVersion, status }: ReceivedResponse): boolean {
  return httpVersion === '2' ? status >= 200 && status <= 299 : status === 101
}

export function handshakeExitCode(error: HandshakeError): ExitCode {
  if (error.fault === 'timeout') return exitCodes.timeout
  const isRefused = error.response !== undefined && !isOpened(error.response)
  return stageExitCodes[error.stage] ?? (isRefused ? exitCodes.refused : exitCodes.invalidHandshake)
}

export function closeExitCode(info: CloseInfo): ExitCode {
  if (info.error !== undefined && info.received === undefined) {
    if (info.error.fault === 'timeout') return exitCodes.timeout
    if (info.error.fault === 'peer') return exitCodes.protocolError
  }
  if (info.received === undefined) return exitCodes.abnormal
  return [1000, 1001, 1005].includes(info.received.code) ? exitCodes.clean : exitCodes.closedWithError
}

/** The library's hints name its own options; these are the ones of the command line. */
const typedNames: readonly (readonly [library: string, typed: string])[] = [
  ['noSubprotocol to accept', '--any-subprotocol'],
  ['or set redirects', 'or set --redirects'],
  ['the option socketPath', '--unix'],
  ['tls.ca', '--ca'],
  ['tls.cert', '--cert'],
  ['tls.key', '--key'],
]

function hintText(hint: string): string {
  return printable(typedNames.reduce((text, [library, typed]) => text.replace(library, typed), hint))
}

/** The doctor has nothing to try there. */
const undiagnosed: readonly HandshakeError['stage'][] = ['url', 'aborted']

function quoteForShell(text: string): string {
  return /^[\w:/.@%+=,[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * All details of a failed opening handshake, for a person.
 * @param doctorArguments what to give to `hawser doctor`, here without credentials
 */
export function explainHandshake(error: HandshakeError, paint: Paint, doctorArguments?: readonly string[]): string {
  const rows: (readonly [label: string, text: string])[] = [['stage', `${error.stage} (${stageNames[error.stage]})`]]
  if (error.rule !== undefined) rows.push(['rule', printable(ruleText(error.rule))])
  if (error.supportedVersions.length > 0) rows.push(['versions', `the server supports ${printable(error.supportedVersions.join(', '))}`])
  const cause = causeText(error.cause)
  if (cause !== undefined) rows.push(['cause', cause])
  const lines = [`hawser: ${paint('red', error.message)}`, ...rows.map(([label, text]) => `  ${paint('bold', label.padEnd(9))} ${text}`)]
  if (error.response !== undefined) lines.push(`  ${paint('bold', 'received')}`, ...responseLines(error.response).map((line) => `    ${line}`))
  if (error.hint !== undefined) lines.push(`  ${paint('yellow', 'hint'.padEnd(9))} ${hintText(error.hint)}`)
  if (doctorArguments !== undefined && !undiagnosed.includes(error.stage)) {
    lines.push(
      `  ${paint('bold', 'diagnose'.padEnd(9))} hawser doctor ${doctorArguments.map((one) => quoteForShell(printable(hideUserinfo(one)))).join(' ')}`,
    )
  }
  lines.push(`  ${paint('bold', 'help'.padEnd(9))} ${error.url}`)
  return `${lines.join('\n')}\n`
}

export function ruleText(rule: Rule): string {
  return `${rule.text} (${citeRule(rule)}, ${rule.level}${rule.id === undefined ? '' : `, ${rule.id}`})`
}

function causeText(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const code = 'code' in cause && typeof cause.code === 'string' && !cause.message.includes(cause.code) ? `${cause.code}: ` : ''
  return printable(`${code}${cause.message}`)
}

function responseLines(response: ReceivedResponse): string[] {
  const lines = [`HTTP/${response.httpVersion} ${response.status} ${response.statusText}`.trimEnd()]
  lines.push(...response.fields.map(([name, value]) => `${name}: ${value}`))
  if (response.body.length > 0) {
    lines.push('', ...new TextDecoder().decode(response.body).trimEnd().split(/\r?\n/))
    if (response.bodyTruncated) lines.push(`… (only the first ${response.body.length} bytes are shown)`)
  }
  return lines.map((line) => printable(line))
}

/** `closed 1000 "done" by the peer`, for a person. */
export function closeText(info: CloseInfo): string {
  const who = { local: 'by this end', remote: 'by the peer', network: 'by the network' }[info.initiator]
  const reason = info.reason === '' ? '' : ` ${JSON.stringify(printable(info.reason))}`
  const why = info.error === undefined ? '' : `: ${printable(info.error.message)}`
  return `closed ${info.code}${reason} ${who}${why}`
}

const listenFailures: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'the address is in use (--port 0 picks a free port)'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['EACCES', 'permission denied (ports below 1024 often need a privilege)'],
  ['ENOTFOUND', 'the name is unknown'],
  ['EAI_AGAIN', 'the name cannot be looked up now'],
])

/** Why a server cannot listen; undefined for an error that is not known. */
export function listenFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const why = listenFailures.get(error.code)
  return why === undefined ? undefined : `${why} (${error.code})`
}
