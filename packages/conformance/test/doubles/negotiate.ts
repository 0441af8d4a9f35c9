import type { Agreed } from './endpoint-options.ts'

export interface Element {
  readonly name: string
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[]
}

const tokenStart = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/

/** Sec-WebSocket-Extensions by RFC 6455 section 9.1; undefined where it does not match. */
export function splitList(text: string, has: (name: string) => boolean): Element[] | undefined {
  if (has('extensions-split-on-commas')) {
    return text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim())
        return { name, parameters: parameters.map((piece) => piece.split('=') as [string, string | undefined]) }
      })
  }
  const elements: Element[] = []
  let rest = text
  const space = (): void => {
    rest = rest.replace(/^[ \t]+/, '')
  }
  const token = (): string | undefined => {
    const found = tokenStart.exec(rest)?.[0]
    if (found !== undefined) rest = rest.slice(found.length)
    return found
  }
  for (;;) {
    space()
    if (rest === '') return elements
    if (rest.startsWith(',')) {
      if (has('empty-elements-refused')) return undefined
      rest = rest.slice(1)
      continue
    }
    const name = token()
    if (name === undefined) return undefined
    const parameters: [string, string | undefined][] = []
    for (space(); rest.startsWith(';'); space()) {
      rest = rest.slice(1)
      space()
      const parameter = token()
      if (parameter === undefined) return undefined
      if (has('blanks-around-equals-refused') && /^[ \t]+=|^=[ \t]/.test(rest)) return undefined
      space()
      let value: string | undefined
      if (rest.startsWith('=')) {
        rest = rest.slice(1)
        space()
        if (rest.startsWith('"')) {
          if (has('quoted-values-refused')) return undefined
          const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest)
          if (quoted === null) return undefined
          rest = rest.slice(quoted[0].length)
          value = quoted[1]!.replace(/\\(.)/g, '$1')
          if (tokenStart.exec(value)?.[0] !== value) return undefined
        } else {
          value = token()
          if (value === undefined) return undefined
        }
      }
      parameters.push([parameter, value])
    }
    elements.push({ name, parameters })
    if (rest === '') return elements
    if (!rest.startsWith(',')) return undefined
    if (has('empty-elements-refused') && /^,[ \t]*$/.test(rest)) return undefined
    rest = rest.slice(1)
  }
}

function bitsOf(value: string | undefined, has: (name: string) => boolean): number | undefined {
  if (value === undefined) return undefined
  if (has('window-bits-lenient')) {
    const number = Number.isNaN(Number(value)) ? Number.parseInt(value, 10) : Number(value)
    return Math.abs(number) >= 8 && Math.abs(number) <= 15 ? Math.abs(number) : undefined
  }
  if (has('window-bits-unchecked')) return Math.min(15, Math.max(8, Math.abs(Math.trunc(Number(value))) || 15))
  return /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined
}

/** Takes the first permessage-deflate offer that can be taken, as RFC 7692 section 5 says. */
export function negotiate(elements: readonly Element[], has: (name: string) => boolean): { text: string; agreed: Agreed } | 'refuse' | undefined {
  const isDeflate = (name: string): boolean =>
    name === 'permessage-deflate' || (has('extension-name-by-substring') && name.includes('permessage-deflate'))
  let offers = elements.filter((element) => isDeflate(element.name))
  if (has('deflate-first-element-only')) offers = elements.slice(0, 1).filter((element) => isDeflate(element.name))
  if (has('deflate-first-offer-only')) offers = offers.slice(0, 1)
  if (has('deflate-last-offer')) offers = offers.slice(-1)
  if (has('deflate-never')) offers = []
  const taken: { text: string; agreed: Agreed }[] = []
  for (const offer of offers) {
    const outcome = take(offer, has)
    if (outcome !== undefined) taken.push(outcome)
    else if (has('deflate-bad-offer-is-400') || has('deflate-bad-offer-is-500')) return 'refuse'
  }
  const [first, second] = taken
  if (first !== undefined && second !== undefined && has('deflate-answers-every-offer'))
    return { text: `${first.text}, ${second.text}`, agreed: first.agreed }
  return first
}

function take(offer: Element, has: (name: string) => boolean): { text: string; agreed: Agreed } | undefined {
  const seen = new Map<string, string | undefined>()
  for (const [rawName, value] of offer.parameters) {
    const name = has('deflate-parameter-case-insensitive') ? rawName.toLowerCase() : rawName
    if (seen.has(name) && !has('deflate-parameter-twice-accepted')) return undefined
    seen.set(name, value)
    if (name === 'server_no_context_takeover' || name === 'client_no_context_takeover') {
      if (value !== undefined && !has('deflate-takeover-value-accepted')) return undefined
    } else if (name === 'server_max_window_bits') {
      if (value === undefined && has('deflate-window-without-value-accepted')) continue
      if (bitsOf(value, has) === undefined) return undefined
    } else if (name === 'client_max_window_bits') {
      if (value !== undefined && bitsOf(value, has) === undefined) return undefined
    } else if (!has('deflate-unknown-parameter-accepted')) return undefined
  }
  if (has('deflate-window-8-declined') && seen.get('server_max_window_bits') === '8') return undefined
  if (has('deflate-client-takeover-refused') && seen.has('client_no_context_takeover')) return undefined
  // A server may limit itself unasked, and the client where the client offered that (RFC 7692 sections 7.1.1 and 7.1.2).
  if (has('legal-no-takeover')) for (const end of ['server', 'client']) seen.set(`${end}_no_context_takeover`, undefined)
  if (has('legal-window-9')) {
    seen.set('server_max_window_bits', seen.get('server_max_window_bits') === '8' ? '8' : '9')
    if (seen.has('client_max_window_bits')) seen.set('client_max_window_bits', seen.get('client_max_window_bits') === '8' ? '8' : '9')
  }
  const serverBits = bitsOf(seen.get('server_max_window_bits'), has) ?? 15
  const clientBits = bitsOf(seen.get('client_max_window_bits'), has) ?? 15
  const serverTakeover = !seen.has('server_no_context_takeover')
  const clientTakeover = !seen.has('client_no_context_takeover')
  const text = [
    'permessage-deflate',
    ...(serverTakeover || has('deflate-answer-without-server-takeover') ? [] : ['server_no_context_takeover']),
    ...(clientTakeover ? [] : ['client_no_context_takeover']),
    ...(seen.has('server_max_window_bits') && !has('deflate-answer-without-server-window')
      ? [
          `server_max_window_bits=${has('deflate-answers-larger-window') ? 16 : has('deflate-answers-9-for-8') ? Math.max(9, serverBits) : serverBits}`,
        ]
      : []),
    ...(has('deflate-answers-client-window-unasked') ? ['client_max_window_bits=15'] : []),
    ...(has('deflate-answers-unknown-parameter') ? ['x_own=1'] : []),
    ...(has('deflate-answers-parameter-twice') ? ['client_no_context_takeover', 'client_no_context_takeover'] : []),
    ...(has('deflate-answers-client-window-without-value') && seen.has('client_max_window_bits') ? ['client_max_window_bits'] : []),
    ...(!has('deflate-answers-client-window-without-value') &&
    !has('deflate-answers-client-window-unasked') &&
    seen.get('client_max_window_bits') !== undefined
      ? [`client_max_window_bits=${has('deflate-answers-larger-client-window') ? 15 : clientBits}`]
      : []),
  ]
    .map((part) => (has('legal-quoted') ? part.replace(/=(\d+)$/, '="$1"') : has('legal-blanks-around-equals') ? part.replace('=', ' = ') : part))
    .join(has('legal-spaced') ? ' \t;\t ' : '; ')
  return { text, agreed: { own: { bits: serverBits, takeover: serverTakeover }, peer: { bits: clientBits, takeover: clientTakeover } } }
}
