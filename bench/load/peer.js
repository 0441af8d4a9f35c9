/** The server that measured clients talk to: a true 101, then one prepared frame for each frame's worth of bytes. */
import { createHash } from 'node:crypto';
import * as net from 'node:net';
import { clientFrame, payload, serverFrame } from './frames.js';
export async function listen(size, inFlight) {
    const received = clientFrame(payload('text', size, 0), 1, false, 0).length * inFlight;
    const frame = serverFrame(payload('text', size, 0), 1, false);
    const reply = Buffer.concat(Array.from({ length: inFlight }, () => frame));
    const server = net.createServer({ noDelay: true }, (socket) => {
        let owed = received;
        socket.on('error', () => { });
        socket.once('data', (head) => {
            const key = /^sec-websocket-key: *(\S+)/im.exec(head.toString('latin1'))?.[1] ?? '';
            const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
            socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
            socket.on('data', (chunk) => {
                for (owed -= chunk.length; owed <= 0; owed += received)
                    socket.write(reply);
            });
        });
    });
    await new Promise((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, resolve));
    return server.address().port;
}
