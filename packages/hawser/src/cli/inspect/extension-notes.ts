/** What an offer of, or an answer about, extensions says parameter by parameter. */

const parameters: ReadonlyMap<string, string> = new Map([
  ['server_max_window_bits', 'the server compresses with an LZ77 sliding window of at most 2^N bytes'],
  ['client_max_window_bits', 'the client compresses with an LZ77 sliding window of at most 2^N bytes'],
  ['server_no_context_takeover', 'the server begins each message with an empty window'],
  ['client_no_context_takeover', 'the client begins each message with an empty window'],
])

/** Text for a person; '' where nothing is known beyond the names. */
export function explainExtensions(value: string): string {
  const meanings = value
    .split(/[,;]/)
    .map((part) => part.trim().split('='))
    .flatMap(([name = '', size]) => {
      const meaning = parameters.get(name.trim().toLowerCase())
      if (meaning === undefined) return []
      if (size !== undefined) return [`${name.trim()}=${size.trim()}: ${meaning.replace('N', size.replaceAll('"', '').trim())}`]
      return [name.endsWith('_bits') ? `${name}: a smaller window may be asked for` : `${name}: ${meaning}`]
    })
  return meanings.length === 0 ? '' : ` ${[...new Set(meanings)].join('; ')} (RFC 7692 section 7.1).`
}
