import * as z from 'zod'
import { connect, json, reconnecting, text } from '../../src/browser.ts'
import type { ConnectedSocket, ReconnectingSocket, Socket, SocketOf, TransportInfo } from '../../src/browser.ts'
import { connect as connectOfNode, reconnecting as reconnectingOfNode } from '../../src/index.ts'
import type { Socket as SocketOfNode, SocketOf as SocketOfOfNode, TransportInfo as TransportInfoOfNode } from '../../src/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function expectType<Expected>(): <Actual>(value: Actual, same: Same<Actual, Expected>) => void {
  return () => undefined
}

const chat = json(z.object({ user: z.string() }))

// A page is told whether TLS is used, and nothing else of the transport.
const socket = await connect('/chat', { subprotocols: { 'chat.v2': chat, soap: text() } })
expectType<TransportInfo>()(socket.transport, true)
expectType<boolean>()(socket.transport.secure, true)
expectType<undefined>()(socket.transport.httpVersion, true)
expectType<undefined>()(socket.transport.remoteAddress, true)
expectType<undefined>()(socket.transport.tls, true)
// @ts-expect-error no page learns an address
export const address: string = socket.transport.remoteAddress

// In Node it is always known.
const socketOfNode = await connectOfNode('ws://127.0.0.1/')
expectType<TransportInfoOfNode>()(socketOfNode.transport, true)
expectType<'1.1' | '2' | '3'>()(socketOfNode.transport.httpVersion, true)
expectType<TransportInfoOfNode>()({} as SocketOfNode['transport'], true)
expectType<TransportInfoOfNode>()({} as SocketOfOfNode<readonly ['soap']>['transport'], true)

// The other members are those of Node, and the subprotocol narrows the messages.
if (socket.subprotocol === 'chat.v2') expectType<{ user: string }>()(await socket.receive(), true)
await connect('/', {
  subprotocols: { 'chat.v2': chat, soap: text() },
  open: (socket) => expectType<undefined>()(socket.transport.httpVersion, true),
  message(socket, message, subprotocol) {
    expectType<undefined>()(socket.transport.localPort, true)
    if (subprotocol === 'chat.v2') expectType<string>()(message.user, true)
    else expectType<string>()(message, true)
  },
})
export const any: Socket = socket
const plain = await connect('/')
const named = await connect('/', { subprotocols: ['soap'] })
export const same: [ConnectedSocket<readonly []>, SocketOf<readonly ['soap'], undefined, 'refuse'>] = [plain, named]
expectType<TransportInfo>()(any.transport, true)
const again = reconnecting('/chat', { subprotocols: { 'chat.v2': chat }, open: (socket) => expectType<TransportInfo>()(socket.transport, true) })
expectType<TransportInfo>()((await again.opened).transport, true)
expectType<TransportInfo>()({} as NonNullable<ReconnectingSocket['socket']>['transport'], true)
expectType<TransportInfoOfNode>()((await reconnectingOfNode('ws://127.0.0.1/').opened).transport, true)

/** A function for both asks for what it uses. */
const describe = ({ transport }: { readonly transport: { readonly secure: boolean; readonly httpVersion?: string | undefined } }): string =>
  `${transport.secure} ${transport.httpVersion ?? 'unknown'}`
export const described: string[] = [describe(socket), describe(socketOfNode)]
