import { parseAuthority, serializeAuthority } from './authority.ts'
import { quote } from './field-values.ts'
import type { Parsed } from './field-values.ts'

/** A request target (RFC 9112 section 3.2) or `:path`, in origin-form or absolute-form. */
export interface RequestTarget {
  /** As received. */
  readonly raw: string
  /** Percent-encoded as received, begins with `/`. */
  readonly path: string
  /** Without the `?`; undefined where there is none. */
  readonly query: string | undefined
  /** From absolute-form only. */
  readonly scheme: 'http' | 'https' | undefined
  /** From absolute-form only: `host[:port]`. */
  readonly authority: string | undefined
}

/** Accepts visible ASCII only. Refuses a fragment, another scheme, userinfo, asterisk-form and authority-form. */
export function parseRequestTarget(raw: string): Parsed<RequestTarget> {
  for (let position = 0; position < raw.length; position++) {
    const code = raw.charCodeAt(position)
    if (code === 0x23) return { ok: false, message: `the request target has a fragment at character ${position + 1}` }
    if (code <= 0x20 || code >= 0x7f) {
      return { ok: false, message: `the request target has ${quote(raw[position]!)} at character ${position + 1}, which must be percent-encoded` }
    }
  }
  if (raw.charCodeAt(0) === 0x2f) return { ok: true, value: split(raw, raw, undefined, undefined) }
  const scheme = /^https?:\/\//i.exec(raw)?.[0]
  if (scheme === undefined) {
    return { ok: false, message: `the request target ${quote(raw)} is neither a path nor an absolute http or https URI` }
  }
  const rest = raw.slice(scheme.length)
  const end = rest.search(/[/?]/)
  const authority = parseAuthority(end === -1 ? rest : rest.slice(0, end))
  if (authority === undefined) return { ok: false, message: `the request target ${quote(raw)} has no valid authority` }
  const path = end === -1 ? '/' : rest[end] === '?' ? `/${rest.slice(end)}` : rest.slice(end)
  return { ok: true, value: split(raw, path, scheme.length === 8 ? 'https' : 'http', serializeAuthority(authority)) }
}

function split(raw: string, text: string, scheme: RequestTarget['scheme'], authority: string | undefined): RequestTarget {
  const mark = text.indexOf('?')
  if (mark === -1) return { raw, path: text, query: undefined, scheme, authority }
  return { raw, path: text.slice(0, mark), query: text.slice(mark + 1), scheme, authority }
}
