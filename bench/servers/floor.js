/**
 * The floor: a constant 101 to whatever comes first, then the same bytes back, or a prepared buffer to everyone.
 * No server of this runtime that is written in JavaScript over its sockets does less.
 */
import * as net from 'node:net';
import * as tls from 'node:tls';
import { answer } from '../channel.js';
import { usageCommands } from '../process-usage.js';
import { serverFrame } from '../load/frames.js';
import { readSetup } from './setup.js';
const setup = readSetup();
const switching = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n');
const frame = serverFrame(Buffer.alloc(setup.payloadBytes, 'a'), 1, false);
const prepared = Buffer.concat(Array.from({ length: setup.burst }, () => frame));
const sockets = new Set();
function accept(socket) {
    socket.on('error', () => { });
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
    socket.once('data', () => {
        socket.write(switching);
        socket.on('data', setup.mode === 'echo' ? (chunk) => socket.write(chunk) : toEveryone);
    });
}
function toEveryone() {
    for (const socket of sockets)
        socket.write(prepared);
}
const server = setup.tls === undefined ? net.createServer({ noDelay: true }, accept) : tls.createServer({ ...setup.tls, noDelay: true }, accept);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => answer({ port: server.address().port }, usageCommands));
