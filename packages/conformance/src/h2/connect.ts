import type { Socket } from 'node:net'
import type { Exchange } from '../exchange.ts'
import { Link } from '../link.ts'
import { reach } from '../reach.ts'
import { H2Connection } from './connection.ts'
import { preface } from './frames.ts'

/** The suite's end towards a server under test. @throws Unmet when no connection comes about */
export async function openHttp2(target: URL, insecure: boolean, ms: number, exchange: Exchange): Promise<H2Connection> {
  const socket = await reach(target, { insecure, ms, alpn: 'h2' })
  exchange.add('suite', 'connected', `${target.host}, HTTP/2`)
  const link = new Link(socket, exchange)
  const connection = new H2Connection(link, () => Uint8Array.of(0x11, 0x22, 0x33, 0x44))
  await link.write(Buffer.from(preface))
  // SETTINGS_HEADER_TABLE_SIZE 0: header blocks of the peer refer to the static table alone.
  await connection.sendSettings([[1, 0]])
  await connection.until(() => (connection.sawSettings ? true : undefined), ms, 'no SETTINGS frame came')
  return connection
}

/** The suite's end towards a client under test. @param settings id and value of each; the header table is always 0 */
export async function acceptHttp2(socket: Socket, settings: readonly (readonly [number, number])[], exchange: Exchange): Promise<H2Connection> {
  const connection = new H2Connection(new Link(socket, exchange), () => Uint8Array.of(0x11, 0x22, 0x33, 0x44), 'server')
  await connection.sendSettings([[1, 0], ...settings])
  return connection
}
