/** The load generator, a process of its own. */
import { answer } from '../channel.ts'
import { BroadcastLoad, EchoLoad } from './echo.ts'
import type { LoadResult } from './echo.ts'
import { handshakes } from './handshakes.ts'
import { Link } from './link.ts'
import type { Target } from './link.ts'
import { listen } from './peer.ts'
import { verify } from './verify.ts'
import type { Verified } from './verify.ts'
import type { Work } from './work.ts'

const groups = new Map<string, { links: Link[]; load?: EchoLoad | BroadcastLoad }>()

function groupOf(name: string): { links: Link[]; load?: EchoLoad | BroadcastLoad } {
  const group = groups.get(name)
  if (group === undefined) throw new Error(`no connections ${name}`)
  return group
}

answer('ready', {
  /** @returns the extensions the last 101 agreed to. */
  async open({ group, target, count }: { group: string; target: Target; count: number }): Promise<string> {
    const links: Link[] = []
    let extensions = ''
    while (links.length < count) {
      const some = Array.from({ length: Math.min(128, count - links.length) }, (_, i) => Link.open(target, links.length + i))
      for (const { link, head } of await Promise.all(some)) {
        links.push(link)
        extensions = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1]?.trim() ?? ''
      }
    }
    groups.set(group, { links })
    return extensions
  },
  verify({ group, work, floor }: { group: string; work: Work; floor: boolean }): Promise<Verified> {
    return verify(groupOf(group).links[0] as Link, work, floor)
  },
  prepareEcho({ group, work, floor }: { group: string; work: Work; floor: boolean }): void {
    const it = groupOf(group)
    it.load = new EchoLoad(it.links, work, floor)
  },
  prepareBroadcast({ group, size, burst }: { group: string; size: number; burst: number }): void {
    const it = groupOf(group)
    it.load = new BroadcastLoad(it.links, size, burst)
  },
  run({ group, durationMs }: { group: string; durationMs: number }): Promise<LoadResult> {
    const { load } = groupOf(group)
    if (load === undefined) throw new Error(`nothing prepared for ${group}`)
    return load.run(durationMs)
  },
  handshakes({ target, count, atOnce }: { target: Target; count: number; atOnce: number }): Promise<LoadResult> {
    return handshakes(target, count, atOnce)
  },
  async close({ group }: { group: string }): Promise<void> {
    const { links } = groupOf(group)
    groups.delete(group)
    await Promise.all(
      links.map((link) => {
        link.own(undefined)
        return new Promise((resolve) => {
          link.socket.once('close', resolve)
          // A reset leaves no TIME_WAIT behind; TLS sockets cannot be reset.
          if (link.secure) link.socket.destroy()
          else link.socket.resetAndDestroy()
        })
      }),
    )
  },
  listen({ size, inFlight }: { size: number; inFlight: number }): Promise<number> {
    return listen(size, inFlight)
  },
})
