import * as http from 'node:http';
import * as https from 'node:https';
import { createRequire } from 'node:module';
import { WebSocketServer } from 'ws';
import { answer } from '../channel.js';
import { usageCommands } from '../process-usage.js';
import { readSetup } from './setup.js';
const setup = readSetup();
const server = setup.tls === undefined ? http.createServer() : https.createServer(setup.tls);
const sockets = new WebSocketServer({ server, perMessageDeflate: setup.deflate, maxPayload: setup.maxMessage });
sockets.on('connection', (socket) => {
    socket.on('error', () => { });
    if (setup.mode === 'echo')
        socket.on('message', (data, isBinary) => socket.send(isBinary ? data : data.toString()));
    else {
        socket.on('message', (data) => {
            const text = data.toString();
            for (let i = 0; i < setup.burst; i++)
                for (const client of sockets.clients)
                    client.send(text);
        });
    }
});
function natives() {
    try {
        createRequire(createRequire(import.meta.url).resolve('ws'))('bufferutil');
        return 'with bufferutil';
    }
    catch {
        return 'without bufferutil';
    }
}
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    answer({ port: server.address().port, note: natives() }, usageCommands);
});
