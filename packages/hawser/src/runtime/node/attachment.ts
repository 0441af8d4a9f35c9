import type { ServerCore } from '../../server/server-core.ts'

/** One server that takes opening handshakes of an HTTP server. */
export interface Attachment {
  readonly core: ServerCore
  /** Undefined for every path that no other attachment has. */
  readonly paths: ReadonlySet<string> | undefined
}

/** @param path undefined where the request's target cannot be read */
export function findAttachment(attachments: readonly Attachment[], path: string | undefined): Attachment | undefined {
  return attachments.find(({ paths }) => path !== undefined && paths?.has(path) === true) ?? attachments.find(({ paths }) => paths === undefined)
}
