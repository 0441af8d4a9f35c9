import { answer } from '../channel.js';
import { usageCommands } from '../process-usage.js';
import { readSetup } from './setup.js';
const setup = readSetup();
const { Bun } = globalThis;
const everyone = new Set();
const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    ...(setup.tls === undefined ? {} : { tls: setup.tls }),
    fetch: (request, self) => (self.upgrade(request) ? undefined : new Response('', { status: 400 })),
    websocket: {
        perMessageDeflate: setup.deflate,
        maxPayloadLength: setup.maxMessage,
        backpressureLimit: 4 * setup.maxMessage,
        open: (socket) => void everyone.add(socket),
        close: (socket) => void everyone.delete(socket),
        message: setup.mode === 'echo'
            ? (socket, data) => void socket.send(data, setup.deflate)
            : (_, data) => {
                for (let i = 0; i < setup.burst; i++)
                    for (const socket of everyone)
                        socket.send(data);
            },
    },
});
answer({ port: server.port }, usageCommands);
