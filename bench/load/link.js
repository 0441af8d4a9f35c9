/** One connection of the load generator: a raw socket that writes prepared bytes and counts what comes back. */
import * as net from 'node:net';
import * as tls from 'node:tls';
import { FrameScanner } from './frames.js';
/** Shared by all links: a chunk is counted before the next one is read. */
const inbox = Buffer.allocUnsafe(256 * 1024);
export function openingRequest(target) {
    const extensions = target.deflate ? 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n' : '';
    return (`GET / HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${extensions}\r\n`);
}
export class Link {
    socket;
    index;
    secure;
    /** Bytes, or frames where `scanner` is set, that are still to come. */
    owed = 0;
    sentAt = 0;
    turn = 0;
    scanner;
    /** Takes every chunk besides the counting; for verification only. */
    tap;
    #owner;
    #head;
    constructor(target, index) {
        this.index = index;
        this.secure = target.tls;
        const where = { host: '127.0.0.1', port: target.port, noDelay: true };
        if (target.tls) {
            this.socket = tls.connect({ ...where, rejectUnauthorized: false });
            this.socket.on('data', (chunk) => this.#receive(chunk));
        }
        else {
            const callback = (size, buffer) => {
                this.#receive(buffer.subarray(0, size));
                return true;
            };
            this.socket = net.connect({ ...where, onread: { buffer: inbox, callback } });
        }
    }
    /** Resolves with the connection and the fields of its 101. */
    static open(target, index) {
        return new Promise((resolve, reject) => {
            const link = new Link(target, index);
            let head = '';
            link.#head = (bytes) => {
                head += bytes.toString('latin1');
                if (!head.includes('\r\n\r\n'))
                    return;
                link.#head = undefined;
                if (head.startsWith('HTTP/1.1 101') && head.endsWith('\r\n\r\n'))
                    resolve({ link, head });
                else
                    reject(new Error(`not a 101: ${head.slice(0, 200)}`));
            };
            link.socket.on('error', reject);
            link.socket.on('close', () => {
                reject(new Error('closed during the opening handshake'));
                link.#owner?.broken(link, 'closed by the server');
            });
            link.socket.write(openingRequest(target));
        });
    }
    own(owner) {
        this.#owner = owner;
    }
    #receive(bytes) {
        if (this.#head !== undefined)
            return this.#head(bytes);
        this.tap?.(bytes);
        if (this.scanner === undefined)
            this.owed -= bytes.length;
        else {
            const before = this.scanner.frames;
            this.scanner.take(bytes);
            this.owed -= this.scanner.frames - before;
            if (this.owed === 0 && this.scanner.frames === before)
                return;
        }
        if (this.owed === 0)
            this.#owner?.complete(this);
        else if (this.owed < 0)
            this.#owner?.broken(this, `${-this.owed} ${this.scanner === undefined ? 'bytes' : 'frames'} too many`);
    }
}
