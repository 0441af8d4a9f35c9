import { isTokenCode, quote } from '../handshake/field-values.ts'
import { Fields, fieldsIn } from '../handshake/fields.ts'
import type { RuleId } from '../handshake/rules.ts'

export type FieldSection = { readonly ok: true; readonly fields: Fields } | { readonly ok: false; readonly rule: RuleId; readonly message: string }

const COLON = 0x3a
const SP = 0x20
const HTAB = 0x09
const CR = 0x0d

/**
 * field-line = field-name ":" OWS field-value OWS (RFC 9112 section 5), from `start` to the end of `text`, each line with its terminator.
 * obs-fold, a value folded over several lines: a server refuses it, a client joins the lines with SP (section 5.2).
 */
export function parseFieldSection(text: string, start: number, hasControls: boolean, role: 'client' | 'server'): FieldSection {
  const found = hasControls ? undefined : fieldsIn(text, start)
  return found === undefined ? readLines(text, start, hasControls, role) : { ok: true, fields: found }
}

/** The same line by line, with folded lines and every mistake. */
function readLines(text: string, start: number, hasControls: boolean, role: 'client' | 'server'): FieldSection {
  const fields = new Fields()
  let name = ''
  let value = ''
  for (let position = start; position < text.length; ) {
    const lineFeed = text.indexOf('\n', position)
    const end = text.charCodeAt(lineFeed - 1) === CR ? lineFeed - 1 : lineFeed
    const first = text.charCodeAt(position)
    if (first === SP || first === HTAB) {
      if (position === start) return fail('H8.first', 'whitespace before the first field')
      if (role === 'server') return fail('H8.fold', `the value of ${quote(name)} is folded over several lines`)
      const folded = trim(text, position, end)
      if (hasControls && hasControl(folded)) return fail('H8.value', `the value of ${quote(name)} has a control character`)
      value = folded === '' ? value : `${value} ${folded}`
      position = lineFeed + 1
      continue
    }
    if (name !== '') fields.append(name, value)
    let colon = position
    while (isTokenCode(text.charCodeAt(colon))) colon++
    if (text.charCodeAt(colon) !== COLON || colon === position) return explainName(text, position, colon, end)
    name = text.slice(position, colon)
    value = trim(text, colon + 1, end)
    if (hasControls && hasControl(value)) {
      const bareCr = value.includes('\r')
      return fail(bareCr ? 'H8.cr' : 'H8.value', `the value of ${quote(name)} has ${bareCr ? 'a bare CR' : 'a control character'}`)
    }
    position = lineFeed + 1
  }
  if (name !== '') fields.append(name, value)
  return { ok: true, fields }
}

function explainName(text: string, start: number, stop: number, end: number): FieldSection {
  const found = text.charCodeAt(stop)
  const colon = text.indexOf(':', stop)
  if (stop >= end || colon === -1 || colon >= end) return fail('H8.name', `the field line ${quote(text.slice(start, end))} has no colon`)
  if ((found === SP || found === HTAB) && /^[ \t]+$/.test(text.slice(stop, Math.min(colon, stop + 64)))) {
    return fail('H8.colon', `whitespace between the field name ${quote(text.slice(start, stop))} and its colon`)
  }
  return fail('H8.name', stop === start && found === COLON ? 'a field line has no name' : `${quote(text.slice(start, colon))} is not a field name`)
}

/** Without surrounding OWS = *( SP / HTAB ). */
function trim(text: string, start: number, end: number): string {
  while (start < end && (text.charCodeAt(start) === SP || text.charCodeAt(start) === HTAB)) start++
  while (end > start && (text.charCodeAt(end - 1) === SP || text.charCodeAt(end - 1) === HTAB)) end--
  return text.slice(start, end)
}

/** CTL without HTAB: CR, NUL and the others (RFC 9110 section 5.5). */
export function hasControl(value: string): boolean {
  for (let position = 0; position < value.length; position++) {
    const code = value.charCodeAt(position)
    if ((code < SP && code !== HTAB) || code === 0x7f) return true
  }
  return false
}

function fail(rule: RuleId, message: string): FieldSection {
  return { ok: false, rule, message }
}
