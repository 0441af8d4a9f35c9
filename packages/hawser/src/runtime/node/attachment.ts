import { createHostPolicy } from '../../core/handshake/index.ts'
import type { HostPolicy } from '../../core/handshake/index.ts'
import type { ServerCore } from '../../server/server-core.ts'
import type { PathPatterns } from '../../server/path-patterns.ts'

/** One server that takes opening handshakes of an HTTP server. */
export interface Attachment {
  readonly core: ServerCore
  /** Undefined for every path that no other attachment has. */
  readonly paths: PathPatterns | undefined
  readonly hosts: HostPolicy
}

/**
 * A literal path comes before a pattern.
 * @param path undefined where the request's target cannot be read
 */
export function findAttachment(attachments: readonly Attachment[], path: string | undefined): Attachment | undefined {
  const named = path === undefined ? [] : attachments.filter(({ paths }) => paths?.has(path) === true)
  return named.find(({ paths }) => paths?.hasLiteral(path as string)) ?? named[0] ?? attachments.find(({ paths }) => paths === undefined)
}

interface Addressed {
  address?(): unknown
}

/** For handshakes that arrive at `server`. A server that does not listen, or listens on a Unix domain socket, has no address that a web page can reach. */
export function hostPolicyFor(core: ServerCore, server: object | undefined): HostPolicy {
  const bound = (server as Addressed | undefined)?.address?.()
  const address = typeof bound === 'object' && bound !== null ? (bound as { address?: unknown }).address : undefined
  return createHostPolicy(core.settings.hosts, typeof address === 'string' ? address : undefined)
}
