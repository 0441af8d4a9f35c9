var __addDisposableResource = (this && this.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (this && this.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { HandshakeError } from '../../src/core/errors.js';
import { connect } from '../../src/runtime/node/connect.js';
import { permessageDeflate } from '../../src/runtime/node/deflate.js';
import { authority, localhost } from '../certificates/index.js';
import { CliProcess, runCli } from './cli-process.js';
import { MemoryCli, runHere } from './memory-io.js';
const folder = mkdtempSync(join(tmpdir(), 'hawser-serve-'));
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
writeFileSync(cert, localhost.cert);
writeFileSync(key, localhost.key);
after(() => rmSync(folder, { recursive: true }));
/** A server of the command line; in this process unless a test is about processes. */
class Served {
    cli;
    url = '';
    constructor(cli) {
        this.cli = cli;
    }
    static start(...args) {
        return new Served(new MemoryCli(['serve', '--port', '0', '--grace', '1', ...args])).#ready();
    }
    static spawn(...args) {
        return new Served(new CliProcess(['serve', '--port', '0', ...args])).#ready();
    }
    async #ready() {
        const line = await this.cli.sees(/^.*\n/);
        this.url = /wss?:\/\/[^"\s]+/.exec(line[0])?.[0] ?? '';
        return this;
    }
    get host() {
        return new URL(this.url).host;
    }
    connect(path = '', options = {}) {
        return connect(new URL(path, this.url), options);
    }
    async refused(path = '', options = {}) {
        const error = await this.connect(path, options).then(() => assert.fail('it was not refused'), (thrown) => thrown);
        assert.ok(error instanceof HandshakeError, String(error));
        return error;
    }
    async [Symbol.asyncDispose]() {
        await this.cli[Symbol.asyncDispose]();
    }
}
async function next(socket) {
    return (await socket[Symbol.asyncIterator]().next()).value;
}
describe('hawser serve', { concurrency: 3 }, () => {
    test('prints where it listens as its first line, echoes, and drains with 1001 and exit code 0 at SIGINT and SIGTERM', async () => {
        for (const signal of ['SIGINT', 'SIGTERM']) {
            const env_1 = { stack: [], error: void 0, hasError: false };
            try {
                const served = __addDisposableResource(env_1, await Served.spawn(), true);
                assert.match(served.cli.stdout, /^listening ws:\/\/127\.0\.0\.1:\d+\/\n$/);
                const socket = await served.connect('chat?token=secret');
                socket.send('hello');
                assert.equal(await next(socket), 'hello');
                socket.send(Uint8Array.of(1, 2));
                assert.deepEqual(Buffer.from((await next(socket))), Buffer.of(1, 2));
                served.cli.child.kill(signal);
                assert.equal((await socket.closed).code, 1001);
                const { code, stdout, stderr } = await served.cli.ended;
                assert.equal(code, 0);
                assert.match(stdout, new RegExp(`^open 1 /chat from 127\\.0\\.0\\.1:\\d+\ndraining 1 connections after ${signal}\nclose 1: closed 1001`, 'm'));
                assert.doesNotMatch(stdout, /secret|hello/);
                assert.equal(stderr, '');
            }
            catch (e_1) {
                env_1.error = e_1;
                env_1.hasError = true;
            }
            finally {
                const result_1 = __disposeResources(env_1);
                if (result_1)
                    await result_1;
            }
        }
    });
    test('a second signal ends it at once', async () => {
        const env_2 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_2, await Served.spawn('--grace', '60'), true);
            const { hostname, port } = new URL(served.url);
            const raw = net.connect(Number(port), hostname);
            raw.on('error', () => { });
            raw.write(`GET / HTTP/1.1\r\nHost: ${served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`);
            await once(raw, 'data');
            served.cli.child.kill('SIGTERM');
            await served.cli.sees(/draining/);
            served.cli.child.kill('SIGINT');
            assert.equal((await served.cli.ended).code, exitCodes.interrupted);
            raw.destroy();
        }
        catch (e_2) {
            env_2.error = e_2;
            env_2.hasError = true;
        }
        finally {
            const result_2 = __disposeResources(env_2);
            if (result_2)
                await result_2;
        }
    });
    test('--broadcast sends each message to every client', async () => {
        const env_3 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_3, await Served.start('--broadcast'), true);
            const [one, two] = await Promise.all([served.connect(), served.connect()]);
            one.send('hi');
            assert.deepEqual(await Promise.all([next(one), next(two)]), ['hi', 'hi']);
            one.terminate();
            two.terminate();
        }
        catch (e_3) {
            env_3.error = e_3;
            env_3.hasError = true;
        }
        finally {
            const result_3 = __disposeResources(env_3);
            if (result_3)
                await result_3;
        }
    });
    test('--path: only those upgrade, others get 404', async () => {
        const env_4 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_4, await Served.start('--path', '/a', '--path', '/b'), true);
            for (const path of ['a', 'b?x=1'])
                (await served.connect(path)).terminate();
            for (const path of ['', 'c', 'a/'])
                assert.equal((await served.refused(path)).status, 404, path);
            await served.cli.sees(/^refused 404 \/c: /m);
        }
        catch (e_4) {
            env_4.error = e_4;
            env_4.hasError = true;
        }
        finally {
            const result_4 = __disposeResources(env_4);
            if (result_4)
                await result_4;
        }
    });
    test('--subprotocol declares, --require-subprotocol refuses the rest with 400', async () => {
        const env_5 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_5, await Served.start('-s', 'soap', '--subprotocol', 'wamp', '--require-subprotocol'), true);
            const socket = await served.connect('', { subprotocols: ['x', 'wamp', 'soap'] });
            assert.equal(socket.subprotocol, 'wamp');
            socket.terminate();
            assert.equal((await served.refused('', { subprotocols: ['x'] })).status, 400);
            const open = __addDisposableResource(env_5, await Served.start('-s', 'soap'), true);
            assert.equal((await open.refused('', { subprotocols: ['x'] })).stage, 'subprotocol');
        }
        catch (e_5) {
            env_5.error = e_5;
            env_5.hasError = true;
        }
        finally {
            const result_5 = __disposeResources(env_5);
            if (result_5)
                await result_5;
        }
    });
    test('no offered subprotocol is written to the log: it may be a credential', async () => {
        const env_6 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_6, await Served.start('--json', '--verbose', '-s', 'soap'), true);
            const socket = await served.connect('', { subprotocols: ['base64url.bearer.authorization.secret', 'soap'] });
            socket.terminate();
            await served.cli.sees(/"event":"close"/);
            assert.match(served.cli.stdout, /"subprotocol":"soap"/);
            assert.doesNotMatch(served.cli.stdout, /secret/);
        }
        catch (e_6) {
            env_6.error = e_6;
            env_6.hasError = true;
        }
        finally {
            const result_6 = __disposeResources(env_6);
            if (result_6)
                await result_6;
        }
    });
    test('the same origin only, unless --origin or --any-origin', async () => {
        const env_7 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_7, await Served.start('--origin', 'https://app.example'), true);
            for (const origin of ['https://app.example', `http://${served.host}`])
                (await served.connect('', { origin })).terminate();
            assert.equal((await served.refused('', { origin: 'https://other.example' })).status, 403);
            await served.cli.sees(/^refused 403 \/: .*RFC 6455 section/m);
            const any = __addDisposableResource(env_7, await Served.start('--any-origin'), true);
            (await any.connect('', { origin: 'https://other.example' })).terminate();
        }
        catch (e_7) {
            env_7.error = e_7;
            env_7.hasError = true;
        }
        finally {
            const result_7 = __disposeResources(env_7);
            if (result_7)
                await result_7;
        }
    });
    test('--tls-cert and --tls-key serve wss', async () => {
        const env_8 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_8, await Served.start('--tls-cert', cert, '--tls-key', key), true);
            assert.match(served.url, /^wss:\/\/127\.0\.0\.1:\d+\/$/);
            const socket = await served.connect('', { tls: { ca: authority } });
            socket.send('hi');
            assert.equal(await next(socket), 'hi');
            socket.terminate();
        }
        catch (e_8) {
            env_8.error = e_8;
            env_8.hasError = true;
        }
        finally {
            const result_8 = __disposeResources(env_8);
            if (result_8)
                await result_8;
        }
    });
    test('--max-message closes a larger one with 1009', async () => {
        const env_9 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_9, await Served.start('--max-message', '4'), true);
            const socket = await served.connect();
            socket.send('12345');
            assert.equal(await next(socket), undefined);
            assert.equal((await socket.closed).code, 1009);
        }
        catch (e_9) {
            env_9.error = e_9;
            env_9.hasError = true;
        }
        finally {
            const result_9 = __disposeResources(env_9);
            if (result_9)
                await result_9;
        }
    });
    test('permessage-deflate is accepted unless --no-deflate', async () => {
        const env_10 = { stack: [], error: void 0, hasError: false };
        try {
            const extensions = [permessageDeflate()];
            const served = __addDisposableResource(env_10, await Served.start(), true);
            const socket = await served.connect('', { extensions });
            assert.deepEqual(socket.extensions.map(({ name }) => name), ['permessage-deflate']);
            socket.terminate();
            const without = __addDisposableResource(env_10, await Served.start('--no-deflate'), true);
            const plain = await without.connect('', { extensions });
            assert.deepEqual(plain.extensions, []);
            plain.terminate();
        }
        catch (e_10) {
            env_10.error = e_10;
            env_10.hasError = true;
        }
        finally {
            const result_10 = __disposeResources(env_10);
            if (result_10)
                await result_10;
        }
    });
    test('--host listens there, IPv6 in brackets', async () => {
        const env_11 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_11, await Served.start('--host', '::1'), true);
            assert.match(served.cli.stdout, /^listening ws:\/\/\[::1\]:\d+\/\n/);
            (await served.connect()).terminate();
        }
        catch (e_11) {
            env_11.error = e_11;
            env_11.hasError = true;
        }
        finally {
            const result_11 = __disposeResources(env_11);
            if (result_11)
                await result_11;
        }
    });
    test('--unix listens on a Unix domain socket', async () => {
        const env_12 = { stack: [], error: void 0, hasError: false };
        try {
            const socketPath = join(folder, 'h.sock');
            const cli = __addDisposableResource(env_12, new MemoryCli(['serve', '--unix', socketPath, '--quiet']), true);
            assert.equal((await cli.sees(/^.*\n/))[0], `listening ws+unix:${socketPath}\n`);
            const socket = await connect('ws://localhost/', { socketPath });
            socket.send('hi');
            assert.equal(await next(socket), 'hi');
            socket.terminate();
        }
        catch (e_12) {
            env_12.error = e_12;
            env_12.hasError = true;
        }
        finally {
            const result_12 = __disposeResources(env_12);
            if (result_12)
                await result_12;
        }
    });
    test('--ping-interval sends Pings', async () => {
        const env_13 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_13, await Served.start('--ping-interval', '50ms'), true);
            const { hostname, port } = new URL(served.url);
            const raw = net.connect(Number(port), hostname);
            raw.write(`GET / HTTP/1.1\r\nHost: ${served.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`);
            let received = Buffer.alloc(0);
            for await (const chunk of raw) {
                received = Buffer.concat([received, chunk]);
                // RFC 6455 section 5.5.2: opcode 9
                if (received[received.indexOf('\r\n\r\n') + 4] === 0x89)
                    break;
            }
            raw.destroy();
        }
        catch (e_13) {
            env_13.error = e_13;
            env_13.hasError = true;
        }
        finally {
            const result_13 = __disposeResources(env_13);
            if (result_13)
                await result_13;
        }
    });
    test('--verbose prints messages, --json prints objects, --quiet prints the first line only', async () => {
        const env_14 = { stack: [], error: void 0, hasError: false };
        try {
            const verbose = __addDisposableResource(env_14, await Served.start('--verbose'), true);
            const first = await verbose.connect();
            first.send('hi');
            await verbose.cli.sees(/^message 1 text hi\n/m);
            first.terminate();
            const json = __addDisposableResource(env_14, await Served.start('--json'), true);
            const second = await json.connect('x');
            second.send('hi');
            await json.cli.sees(/"event":"message"/);
            await second.close(1000, 'done');
            await json.cli.sees(/"event":"close"/);
            const events = json.cli.stdout
                .trimEnd()
                .split('\n')
                .map((line) => JSON.parse(line));
            assert.deepEqual(events.map(({ event }) => event), ['listening', 'open', 'message', 'close']);
            assert.equal(events[0]?.['url'], json.url);
            assert.equal(events[1]?.['path'], '/x');
            assert.equal(events[3]?.['reason'], 'done');
            const quiet = __addDisposableResource(env_14, await Served.start('--quiet'), true);
            const third = await quiet.connect();
            third.send('hi');
            assert.equal(await next(third), 'hi');
            await third.close();
            quiet.cli.io.interrupt('SIGTERM');
            assert.equal((await quiet.cli.ended).stdout, `listening ${quiet.url}\n`);
        }
        catch (e_14) {
            env_14.error = e_14;
            env_14.hasError = true;
        }
        finally {
            const result_14 = __disposeResources(env_14);
            if (result_14)
                await result_14;
        }
    });
    test('a reader of standard output that goes away does not end it', async () => {
        const env_15 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_15, await Served.spawn('--verbose'), true);
            served.cli.child.stdout.destroy();
            const socket = await served.connect();
            for (const text of ['a', 'b', 'c']) {
                socket.send(text);
                assert.equal(await next(socket), text);
            }
            socket.terminate();
        }
        catch (e_15) {
            env_15.error = e_15;
            env_15.hasError = true;
        }
        finally {
            const result_15 = __disposeResources(env_15);
            if (result_15)
                await result_15;
        }
    });
    test('without --inspect there is no page', async () => {
        const env_16 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_16, await Served.start(), true);
            const response = await fetch(served.url.replace('ws', 'http'));
            assert.equal(response.status, 426);
            assert.doesNotMatch(await response.text(), /<html/);
        }
        catch (e_16) {
            env_16.error = e_16;
            env_16.hasError = true;
        }
        finally {
            const result_16 = __disposeResources(env_16);
            if (result_16)
                await result_16;
        }
    });
    test('a port that is taken is told with exit code 3', async () => {
        const env_17 = { stack: [], error: void 0, hasError: false };
        try {
            const served = __addDisposableResource(env_17, await Served.start(), true);
            const { code, stdout, stderr } = await runCli(['serve', '--port', new URL(served.url).port]);
            assert.equal(code, exitCodes.network);
            assert.equal(stdout, '');
            assert.match(stderr, /^hawser: cannot listen on 127\.0\.0\.1 port \d+: something listens there already .*EADDRINUSE/);
        }
        catch (e_17) {
            env_17.error = e_17;
            env_17.hasError = true;
        }
        finally {
            const result_17 = __disposeResources(env_17);
            if (result_17)
                await result_17;
        }
    });
    test('wrong options are named as they were typed, with exit code 2', async () => {
        for (const [args, message] of [
            [['--subprotocol', 'a b'], /option --subprotocol: expected/],
            [['--origin', 'app.example'], /option --origin: expected/],
            [['--tls-cert', key, '--tls-key', key], /--tls-cert/],
            [['--inspect', '--host', '0.0.0.0'], /--inspect-remote/],
        ]) {
            const { code, stdout, stderr } = await runHere(['serve', '--port', '0', ...args]);
            assert.equal(code, exitCodes.usage, stderr);
            assert.match(stderr, message);
            assert.equal(stdout, '');
        }
    });
});
