import { Buffer } from 'node:buffer'
import { cannotCombine } from '../../connection/option-checks.ts'
import { OptionError } from '../../core/errors.ts'
import { process } from './process.ts'

/** The room in `sockaddr_un`. Node 20 cuts a longer path off without an error, so that two paths may mean one socket. A Windows pipe has no such limit. */
const longestPath = process.platform === 'win32' ? Number.POSITIVE_INFINITY : process.platform === 'linux' ? 107 : 103

/** @throws OptionError for a path that the system cannot keep whole */
export function checkSocketPath(path: string | undefined): void {
  if (path === undefined || Buffer.byteLength(path) <= longestPath) return
  throw new OptionError('socketPath', `a path of at most ${longestPath} bytes`, path)
}

/** `ws+unix:`, the path of the socket, then optionally a colon and the request target. No standard defines this scheme; other Node libraries use it too. */
const unixUrl = /^(wss?)\+unix:(?:\/\/(?=\/))?([^:?#]+)(?::(\/[^#]*)?)?$/i

/** The URL of a server that listens on a Unix domain socket, or a Windows pipe. Characters that would end the path are percent-encoded. */
export function unixUrlOf(path: string, secure: boolean): string {
  return `${secure ? 'wss' : 'ws'}+unix:${path.split('/').map(encodeURIComponent).join('/')}`
}

/**
 * The meaning of a `ws+unix:` URL: the same request to `localhost`, over `socketPath`.
 * @returns undefined for any other URL
 * @throws OptionError when `socketPath` is given as well, or the path is too long
 */
export function readUnixUrl(url: unknown, socketPath: string | undefined): { readonly url: string; readonly socketPath: string } | undefined {
  const match = typeof url === 'string' || url instanceof URL ? unixUrl.exec(String(url)) : null
  const [, scheme = '', path = '', resource = '/'] = match ?? []
  const decoded = decodePath(path)
  if (match === null || decoded === undefined) return undefined
  if (socketPath !== undefined) throw cannotCombine('socketPath', 'a ws+unix: URL', socketPath)
  checkSocketPath(decoded)
  return { url: `${scheme.toLowerCase()}://localhost${resource}`, socketPath: decoded }
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
