import { MessageError } from '../errors.ts'
import type { Fault, MessageIssue } from '../errors.ts'

// A codec does not know the name it was declared under: `subprotocol` is empty here, and the connection fills it in.

export function refuseIncoming(received: string | Uint8Array, issues: readonly MessageIssue[], cause?: unknown, fault: Fault = 'peer'): MessageError {
  return build('message received', fault, issues, cause, received)
}

export function refuseOutgoing(issues: readonly MessageIssue[], cause?: unknown): MessageError {
  return build('message to send', 'application', issues, cause)
}

/** `$.items[2].name`. */
export function formatPath(path: readonly (string | number)[]): string {
  let formatted = '$'
  for (const key of path) {
    if (typeof key === 'number') formatted += `[${key}]`
    else if (/^[A-Za-z_$][\w$]*$/.test(key)) formatted += `.${key}`
    else formatted += `[${JSON.stringify(key)}]`
  }
  return formatted
}

const SHOWN_ISSUES = 3

function build(what: string, fault: Fault, issues: readonly MessageIssue[], cause: unknown, received?: string | Uint8Array): MessageError {
  const shown = issues
    .slice(0, SHOWN_ISSUES)
    .map((issue) => (issue.path.length === 0 ? issue.message : `${formatPath(issue.path)}: ${issue.message}`))
  const rest = issues.length > SHOWN_ISSUES ? ` (and ${issues.length - SHOWN_ISSUES} more)` : ''
  return new MessageError(`${what}: ${shown.join('; ')}${rest}`, {
    fault,
    subprotocol: '',
    issues,
    ...(received === undefined ? {} : { received }),
    ...(cause === undefined ? {} : { cause }),
  })
}
