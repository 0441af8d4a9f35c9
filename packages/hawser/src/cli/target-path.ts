/** The request target in a head: from the request line or `:path`; undefined when there is none. */
export function requestTarget(head: Uint8Array): string | undefined {
  if (head[0] === 0x3a) return /^:path: (.*)$/m.exec(Buffer.from(head).toString('latin1'))?.[1]?.trim()
  const end = head.indexOf(0x0a)
  const startLine = Buffer.from(head.subarray(0, end === -1 ? head.length : end)).toString('latin1')
  return /^\S+ (\S+)/.exec(startLine)?.[1]
}

/** The path of that target without its query, or `?` when there is no target. */
export function targetPath(head: Uint8Array): string {
  return /^[^?#]+/.exec(requestTarget(head) ?? '')?.[0] ?? '?'
}
