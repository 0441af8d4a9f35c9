/** The path of a request's target, without its query, from the bytes of its head; `?` where there is none to be read. */
export function targetPath(head: Uint8Array): string {
  const end = head.indexOf(0x0a)
  const startLine = Buffer.from(head.subarray(0, end === -1 ? head.length : end)).toString('latin1')
  return /^\S+ ([^\s?#]+)/.exec(startLine)?.[1] ?? '?'
}
