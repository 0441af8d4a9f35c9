/** Opening handshakes, each followed by the end of the TCP connection. */
import * as net from 'node:net';
import { measured } from './echo.js';
import { openingRequest } from './link.js';
const inbox = Buffer.allocUnsafe(4096);
export function handshakes(target, count, atOnce) {
    const request = openingRequest(target);
    const cpu = process.cpuUsage();
    const start = performance.now();
    let started = 0;
    let finished = 0;
    return new Promise((resolve, reject) => {
        const one = () => {
            started++;
            let answered = false;
            const callback = (size, buffer) => {
                const complete = size >= 4 && buffer.readUInt32BE(size - 4) === 0x0d0a0d0a;
                if (!answered && complete && buffer.toString('latin1', 9, 12) === '101') {
                    answered = true;
                    socket.destroy();
                }
                return true;
            };
            const socket = net.connect({ host: '127.0.0.1', port: target.port, noDelay: true, onread: { buffer: inbox, callback } });
            socket.on('error', reject);
            socket.on('close', () => {
                if (!answered)
                    return reject(new Error('closed without a 101'));
                finished++;
                if (started < count)
                    one();
                else if (finished === count)
                    resolve(measured(start, cpu, count));
            });
            socket.write(request);
        };
        for (let i = 0; i < Math.min(atOnce, count); i++)
            one();
    });
}
