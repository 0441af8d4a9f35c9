/** The load generator, a separate process. */
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { answer } from '../channel.ts'
import { BroadcastLoad, EchoLoad } from './echo.ts'
import type { LoadResult } from './echo.ts'
import type { PayloadKind } from './frames.ts'
import { handshakes } from './handshakes.ts'
import { Link } from './link.ts'
import type { Target } from './link.ts'
import { listen } from './peer.ts'
import { Sessions } from './sessions.ts'
import { TransferLoad } from './transfer.ts'
import type { Direction } from './transfer.ts'
import { verify } from './verify.ts'
import type { Verified } from './verify.ts'
import type { Work } from './work.ts'

interface Group {
  readonly links: Link[]
  readonly sessions: Sessions
  load?: EchoLoad | BroadcastLoad | TransferLoad
}

const groups = new Map<string, Group>()

function groupOf(name: string): Group {
  const group = groups.get(name)
  if (group === undefined) throw new Error(`no connections ${name}`)
  return group
}

answer('ready', {
  /** @returns the extensions the last 101 agreed to. */
  async open({ group, target, count }: { group: string; target: Target; count: number }): Promise<string> {
    const links: Link[] = []
    const sessions = new Sessions()
    let extensions = ''
    while (links.length < count) {
      const from = links.length
      const to = Math.min(count, from + 128)
      const some = target.http2
        ? sessions.open(target, from, to)
        : Promise.all(Array.from({ length: to - from }, (_, i) => Link.open(target, from + i)))
      for (const { link, head } of await some) {
        links.push(link)
        extensions = /^sec-websocket-extensions: *(.*)$/im.exec(head)?.[1]?.trim() ?? ''
      }
    }
    groups.set(group, { links, sessions })
    return extensions
  },
  verify({ group, work, floor }: { group: string; work: Work; floor: boolean }): Promise<Verified> {
    return verify(groupOf(group).links[0] as Link, work, floor)
  },
  prepareEcho({ group, work, floor }: { group: string; work: Work; floor: boolean }): void {
    const it = groupOf(group)
    it.load = new EchoLoad(it.links, work, floor)
  },
  prepareBroadcast({ group, kind, size, burst }: { group: string; kind: PayloadKind; size: number; burst: number }): void {
    const it = groupOf(group)
    it.load = new BroadcastLoad(it.links, kind, size, burst)
  },
  prepareTransfer({ group, direction, size }: { group: string; direction: Direction; size: number }): void {
    const it = groupOf(group)
    it.load = new TransferLoad(it.links, direction, size)
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
    const { links, sessions } = groupOf(group)
    groups.delete(group)
    const closed = Promise.all(
      links.map((link) => {
        link.own(undefined)
        return new Promise((resolve) => {
          link.socket.once('close', resolve)
          // A reset leaves no TIME_WAIT behind; TLS sockets and streams cannot send one.
          if (link.socket instanceof Socket && !(link.socket instanceof TLSSocket)) link.socket.resetAndDestroy()
          else link.socket.destroy()
        })
      }),
    )
    sessions.close()
    await closed
  },
  listen({ size, inFlight }: { size: number; inFlight: number }): Promise<number> {
    return listen(size, inFlight)
  },
})
