/** Explains the parameters of an offer or a response of extensions. */

const parameters: ReadonlyMap<string, string> = new Map([
  ['server_max_window_bits', 'the server compresses with an LZ77 sliding window of at most 2^N bytes'],
  ['client_max_window_bits', 'the client compresses with an LZ77 sliding window of at most 2^N bytes'],
  ['server_no_context_takeover', 'the server starts each message with an empty window'],
  ['client_no_context_takeover', 'the client starts each message with an empty window'],
])

/** Text for a person; '' when no parameter is known. */
export function explainExtensions(value: string): string {
  const meanings = value
    .split(/[,;]/)
    .map((part) => part.trim().split('='))
    .flatMap(([name = '', size]) => {
      const meaning = parameters.get(name.trim().toLowerCase())
      if (meaning === undefined) return []
      if (size !== undefined) return [`${name.trim()}=${size.trim()}: ${meaning.replace('N', size.replaceAll('"', '').trim())}`]
      return [name.endsWith('_bits') ? `${name}: a smaller window may be requested` : `${name}: ${meaning}`]
    })
  return meanings.length === 0 ? '' : ` ${[...new Set(meanings)].join('; ')} (RFC 7692 section 7.1).`
}
