import { answer } from '../channel.js';
import { usageCommands } from '../process-usage.js';
import { readSetup } from './setup.js';
const setup = readSetup();
const { Deno } = globalThis;
const everyone = new Set();
const server = Deno.serve({ port: 0, hostname: '127.0.0.1', ...setup.tls, onListen() { } }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    socket.binaryType = 'arraybuffer';
    if (setup.mode === 'echo')
        socket.addEventListener('message', (event) => socket.send(event.data));
    else {
        socket.addEventListener('open', () => everyone.add(socket));
        socket.addEventListener('close', () => everyone.delete(socket));
        socket.addEventListener('message', (event) => {
            for (let i = 0; i < setup.burst; i++)
                for (const other of everyone)
                    other.send(event.data);
        });
    }
    return response;
});
answer({ port: server.addr.port }, usageCommands);
