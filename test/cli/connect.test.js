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
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { permessageDeflate } from '../../src/runtime/node/deflate.js';
import { serve } from '../../src/runtime/node/serve.js';
import { authority, client as clientCertificate, localhost } from '../certificates/index.js';
import { CliProcess, runCli } from './cli-process.js';
import { runHere } from './memory-io.js';
const folder = mkdtempSync(join(tmpdir(), 'hawser-connect-'));
after(() => rmSync(folder, { recursive: true }));
/** An echo server that also remembers what it was asked, and does what some messages say. */
async function echoServer(options = {}) {
    const requests = [];
    let tellClose = () => { };
    const firstClose = new Promise((resolve) => {
        tellClose = resolve;
    });
    const server = await serve({
        subprotocols: ['chat', 'soap'],
        upgrade(request) {
            requests.push(request);
            return {};
        },
        message(socket, message) {
            if (message === 'terminate')
                socket.terminate();
            else if (typeof message === 'string' && message.startsWith('close '))
                void socket.close(Number(message.slice(6)), 'because');
            else if (message !== 'silence')
                socket.send(message);
        },
        close: (_socket, info) => tellClose(info.code),
        ...options,
    });
    return { server, url: server.url, requests, firstClose, [Symbol.asyncDispose]: () => server.close() };
}
/** Answers each request with these bytes; `$accept` is replaced by the right value. */
async function rawServer(answer, then = () => { }) {
    const sockets = new Set();
    const heads = [];
    const server = net.createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => { });
        socket.once('data', (data) => {
            const head = data.toString('latin1');
            heads.push(head);
            const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? '';
            const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
            if (answer !== '')
                socket.write(answer.replace('$accept', accept), 'latin1');
            then(socket);
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    return {
        port,
        url: `ws://127.0.0.1:${port}/`,
        heads,
        async [Symbol.asyncDispose]() {
            for (const socket of sockets)
                socket.destroy();
            server.close();
        },
    };
}
const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $accept\r\n\r\n';
describe('hawser connect', { concurrency: 3 }, () => {
    describe('as a filter', { concurrency: 3 }, () => {
        test('sends lines and prints what arrives, nothing else, and exits with 0', async () => {
            const env_1 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_1, await echoServer(), true);
                assert.deepEqual(await runCli(['connect', echo.url], 'hello\n\nwörld'), { code: 0, stdout: 'hello\n\nwörld\n', stderr: '' });
                assert.equal(await echo.firstClose, 1000);
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
        });
        test('loses nothing of a large input', async () => {
            const env_2 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_2, await echoServer({ extensions: [permessageDeflate()] }), true);
                const input = Array.from({ length: 30_000 }, (_, index) => `line ${index} of many lines\n`).join('');
                const { code, stdout } = await runCli(['connect', echo.url], input);
                assert.equal(code, 0);
                assert.equal(stdout.length, input.length);
                assert.equal(stdout, input);
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
        test('--hex and --base64 send binary messages and print them in the same form', async () => {
            const env_3 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_3, await echoServer(), true);
                assert.deepEqual(await runHere(['connect', '--hex', echo.url], '00ff10\nAB cd\n'), { code: 0, stdout: '00ff10\nabcd\n', stderr: '' });
                assert.deepEqual(await runHere(['connect', '--base64', echo.url], 'AP8Q\n'), { code: 0, stdout: 'AP8Q\n', stderr: '' });
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
        test('--binary sends the bytes of each line and writes those that arrive with nothing added', async () => {
            const env_4 = { stack: [], error: void 0, hasError: false };
            try {
                const kinds = [];
                const echo = __addDisposableResource(env_4, await echoServer({
                    message(socket, data) {
                        kinds.push(typeof data);
                        socket.send(data);
                    },
                }), true);
                assert.deepEqual(await runCli(['connect', '--binary', echo.url], 'hello\nyou\n'), { code: 0, stdout: 'helloyou', stderr: '' });
                assert.deepEqual(kinds, ['object', 'object']);
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
        test('--whole sends all of standard input as one message', async () => {
            const env_5 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_5, await echoServer(), true);
                const { stdout } = await runHere(['connect', '--json', '--whole', echo.url], 'a\nb\n');
                assert.ok(stdout.includes('{"event":"message","type":"text","data":"a\\nb\\n"}'));
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
        test('--message goes before standard input', async () => {
            const env_6 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_6, await echoServer(), true);
                assert.deepEqual(await runHere(['connect', '-m', 'one', '--message', 'two', echo.url], 'three\n'), {
                    code: 0,
                    stdout: 'one\ntwo\nthree\n',
                    stderr: '',
                });
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
        test('--one prints the first message and exits while standard input is still open', async () => {
            const env_7 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_7, await echoServer(), true);
                const cli = __addDisposableResource(env_7, new CliProcess(['connect', '--one', '-m', 'a', '-m', 'b', echo.url]), true);
                assert.deepEqual(await cli.ended, { code: 0, stdout: 'a\n', stderr: '' });
                assert.equal(await echo.firstClose, 1000);
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
        test('--one without a message is no success', async () => {
            const env_8 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_8, await echoServer(), true);
                const closed = await runHere(['connect', '--one', '-m', 'close 1000', echo.url]);
                assert.equal(closed.code, exitCodes.abnormal);
                assert.match(closed.stderr, /closed 1000 "because" by the peer/);
                assert.equal((await runHere(['connect', '--one', '--wait', '50ms', '-m', 'silence', echo.url])).code, exitCodes.timeout);
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
        test('--stay goes on after standard input ended, until the server closes', async () => {
            const env_9 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_9, await echoServer(), true);
                const cli = __addDisposableResource(env_9, new CliProcess(['connect', '--stay', echo.url]), true);
                cli.child.stdin.end('hello\n');
                await cli.sees(/hello\n/);
                for (const socket of echo.server.connections) {
                    socket.send('later');
                    void socket.close(1001);
                }
                assert.deepEqual(await cli.ended, { code: 0, stdout: 'hello\nlater\n', stderr: '' });
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
        test('--wait receives for a while after standard input ended', async () => {
            const env_10 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_10, await echoServer(), true);
                const started = performance.now();
                assert.equal((await runHere(['connect', '--wait', '300ms', echo.url], 'hello\n')).stdout, 'hello\n');
                assert.ok(performance.now() - started >= 300);
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
        test('--json prints open, message and close as objects', async () => {
            const env_11 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_11, await echoServer(), true);
                const { code, stdout } = await runHere(['connect', '--json', '-s', 'soap', echo.url.replace('//', '//u:secret@')], 'hi\n');
                assert.equal(code, 0);
                assert.doesNotMatch(stdout, /secret/);
                const events = stdout
                    .trimEnd()
                    .split('\n')
                    .map((line) => JSON.parse(line));
                assert.deepEqual(events.map(({ event }) => event), ['open', 'message', 'close']);
                assert.equal(events[0]?.['subprotocol'], 'soap');
                assert.deepEqual(events[1], { event: 'message', type: 'text', data: 'hi' });
                assert.deepEqual(events[2], { event: 'close', code: 1000, reason: '', wasClean: true, initiator: 'local' });
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
        test('a line that cannot be sent ends it with 2, and the connection with 1000', async () => {
            const env_12 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_12, await echoServer(), true);
                const { code, stdout, stderr } = await runCli(['connect', '--hex', echo.url], '00\nxyz\n01\n');
                assert.equal(code, exitCodes.usage);
                assert.equal(stdout, '00\n');
                assert.match(stderr, /line 2 of standard input: expected pairs of hexadecimal digits/);
                assert.equal(await echo.firstClose, 1000);
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
        test('a reader of standard output that goes away ends it', async () => {
            const env_13 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_13, await echoServer(), true);
                const cli = __addDisposableResource(env_13, new CliProcess(['connect', '--stay', echo.url]), true);
                cli.child.stdin.write('one\n');
                await cli.sees(/one\n/);
                cli.child.stdout.destroy();
                cli.child.stdin.write('two\n');
                assert.equal((await cli.ended).code, exitCodes.brokenPipe);
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
    });
    describe('the request', { concurrency: 3 }, () => {
        test('carries subprotocols in order, header lines, Host and Origin', async () => {
            const env_14 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_14, await echoServer({ origins: ['https://app.example'] }), true);
                const { code } = await runHere([
                    'connect',
                    '-s',
                    'x',
                    '--subprotocol',
                    'soap',
                    '-H',
                    'X-One: 1',
                    '--header',
                    'x-two:  b: c ',
                    '-H',
                    'Host: b.example',
                    '--origin',
                    'https://app.example',
                    echo.url,
                ]);
                assert.equal(code, 0);
                const request = echo.requests[0];
                assert.deepEqual(request?.subprotocols, ['x', 'soap']);
                assert.equal(request?.fields.get('x-one'), '1');
                assert.equal(request?.fields.get('x-two'), 'b: c');
                assert.equal(request?.authority, 'b.example');
                assert.equal(request?.origin, 'https://app.example');
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
        test('offers permessage-deflate unless --no-deflate', async () => {
            const env_15 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_15, await echoServer(), true);
                await runHere(['connect', echo.url]);
                await runHere(['connect', '--no-deflate', echo.url]);
                assert.deepEqual(echo.requests.map((request) => request.extensions.map(({ name }) => name)), [['permessage-deflate'], []]);
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
        test('goes on without a subprotocol only with --any-subprotocol', async () => {
            const env_16 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_16, await echoServer(), true);
                const { code, stderr } = await runHere(['connect', '-s', 'other', echo.url]);
                assert.equal(code, exitCodes.invalidHandshake);
                assert.match(stderr, /stage +subprotocol/);
                assert.equal((await runHere(['connect', '-s', 'other', '--any-subprotocol', echo.url], 'hi\n')).stdout, 'hi\n');
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
        test('follows redirects only when told so', async () => {
            const env_17 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_17, await echoServer(), true);
                const from = __addDisposableResource(env_17, await rawServer(`HTTP/1.1 302 Found\r\nLocation: ${echo.url}\r\nContent-Length: 0\r\n\r\n`), true);
                assert.equal((await runHere(['connect', from.url], 'hi\n')).code, exitCodes.refused);
                assert.deepEqual(await runHere(['connect', '--redirects', '1', from.url], 'hi\n'), { code: 0, stdout: 'hi\n', stderr: '' });
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
        test('goes through a proxy', async () => {
            const env_18 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_18, await echoServer(), true);
                const target = new URL(echo.url);
                const asked = [];
                const proxy = net.createServer((inner) => {
                    inner.once('data', (data) => {
                        asked.push(data.toString('latin1').split('\r\n', 1)[0] ?? '');
                        const outer = net.connect(Number(target.port), '127.0.0.1', () => {
                            inner.write('HTTP/1.1 200 OK\r\n\r\n');
                            inner.pipe(outer).pipe(inner);
                        });
                        outer.on('error', () => inner.destroy());
                        inner.on('error', () => outer.destroy());
                    });
                });
                proxy.listen(0, '127.0.0.1');
                await once(proxy, 'listening');
                const url = `http://127.0.0.1:${proxy.address().port}`;
                try {
                    assert.equal((await runHere(['connect', '--proxy', url, echo.url], 'hi\n')).stdout, 'hi\n');
                    assert.equal((await runCli(['connect', '--proxy', 'env', echo.url], 'hi\n', { http_proxy: url, https_proxy: '', no_proxy: '' })).stdout, 'hi\n');
                }
                finally {
                    proxy.close();
                }
                assert.deepEqual(asked, [`CONNECT ${target.host} HTTP/1.1`, `CONNECT ${target.host} HTTP/1.1`]);
            }
            catch (e_18) {
                env_18.error = e_18;
                env_18.hasError = true;
            }
            finally {
                const result_18 = __disposeResources(env_18);
                if (result_18)
                    await result_18;
            }
        });
        test('reaches a Unix domain socket', async () => {
            const env_19 = { stack: [], error: void 0, hasError: false };
            try {
                const socketPath = join(folder, 'server.sock');
                const echo = __addDisposableResource(env_19, await echoServer({ socketPath }), true);
                assert.equal((await runHere(['connect', '--unix', socketPath, 'ws://localhost/x'], 'hi\n')).stdout, 'hi\n');
                assert.equal(echo.requests[0]?.path, '/x');
            }
            catch (e_19) {
                env_19.error = e_19;
                env_19.hasError = true;
            }
            finally {
                const result_19 = __disposeResources(env_19);
                if (result_19)
                    await result_19;
            }
        });
        test('--ping-interval sends Pings', async () => {
            const env_20 = { stack: [], error: void 0, hasError: false };
            try {
                const raw = __addDisposableResource(env_20, await rawServer(switching, (socket) => {
                    socket.on('data', (data) => {
                        // RFC 6455 section 5.5.2: opcode 9; the answer is a text message
                        if (data[0] === 0x89)
                            socket.write(Buffer.from([0x81, 1, 0x70]));
                    });
                }), true);
                assert.equal((await runHere(['connect', '--one', '--ping-interval', '50ms', raw.url])).stdout, 'p\n');
            }
            catch (e_20) {
                env_20.error = e_20;
                env_20.hasError = true;
            }
            finally {
                const result_20 = __disposeResources(env_20);
                if (result_20)
                    await result_20;
            }
        });
    });
    describe('TLS', { concurrency: 3 }, () => {
        const ca = join(folder, 'ca.pem');
        const [cert, key] = [join(folder, 'client.crt'), join(folder, 'client.key')];
        writeFileSync(ca, authority);
        writeFileSync(cert, clientCertificate.cert);
        writeFileSync(key, clientCertificate.key);
        test('an unknown authority is refused with 4, unless --ca or --insecure', async () => {
            const env_21 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_21, await echoServer({ tls: localhost }), true);
                const { code, stderr } = await runHere(['connect', echo.url], 'hi\n');
                assert.equal(code, exitCodes.tls);
                assert.match(stderr, /stage +tls/);
                assert.equal((await runHere(['connect', '--ca', ca, echo.url], 'hi\n')).stdout, 'hi\n');
                assert.equal((await runHere(['connect', '--insecure', echo.url], 'hi\n')).stdout, 'hi\n');
            }
            catch (e_21) {
                env_21.error = e_21;
                env_21.hasError = true;
            }
            finally {
                const result_21 = __disposeResources(env_21);
                if (result_21)
                    await result_21;
            }
        });
        test('a client certificate is shown', async () => {
            const env_22 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_22, await echoServer({ tls: { ...localhost, ca: authority, requestCert: true, rejectUnauthorized: true } }), true);
                assert.notEqual((await runHere(['connect', '--ca', ca, echo.url], 'hi\n')).code, 0);
                assert.equal((await runHere(['connect', '--ca', ca, '--cert', cert, '--key', key, echo.url], 'hi\n')).stdout, 'hi\n');
            }
            catch (e_22) {
                env_22.error = e_22;
                env_22.hasError = true;
            }
            finally {
                const result_22 = __disposeResources(env_22);
                if (result_22)
                    await result_22;
            }
        });
    });
    describe('each kind of end has its exit code', { concurrency: 3 }, () => {
        test('1 connection lost without a Close frame', async () => {
            const env_23 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_23, await echoServer(), true);
                const { code, stderr } = await runHere(['connect', '--stay', echo.url], 'terminate\n');
                assert.equal(code, exitCodes.abnormal);
                assert.match(stderr, /^hawser: closed 1006/);
            }
            catch (e_23) {
                env_23.error = e_23;
                env_23.hasError = true;
            }
            finally {
                const result_23 = __disposeResources(env_23);
                if (result_23)
                    await result_23;
            }
        });
        test('3 nothing listens, or the name is unknown', async () => {
            const env_24 = { stack: [], error: void 0, hasError: false };
            try {
                const raw = __addDisposableResource(env_24, await rawServer(''), true);
                const { port } = raw;
                await raw[Symbol.asyncDispose]();
                const refused = await runHere(['connect', `ws://127.0.0.1:${port}/`]);
                assert.equal(refused.code, exitCodes.network);
                assert.match(refused.stderr, /stage +tcp/);
                assert.equal(refused.stdout, '');
                const unknown = await runHere(['connect', 'ws://no-such-host.invalid/']);
                assert.equal(unknown.code, exitCodes.network);
                assert.match(unknown.stderr, /stage +dns/);
            }
            catch (e_24) {
                env_24.error = e_24;
                env_24.hasError = true;
            }
            finally {
                const result_24 = __disposeResources(env_24);
                if (result_24)
                    await result_24;
            }
        });
        test('5 refused: status, fields, content, versions and rule are shown in full', async () => {
            const env_25 = { stack: [], error: void 0, hasError: false };
            try {
                const raw = __addDisposableResource(env_25, await rawServer('HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\nContent-Length: 12\r\n\r\nwrong\nth\x1bing'), true);
                const { code, stdout, stderr } = await runHere(['connect', raw.url]);
                assert.equal(code, exitCodes.refused);
                assert.equal(stdout, '');
                assert.match(stderr, /stage +response/);
                assert.match(stderr, /RFC \d+ section /);
                assert.match(stderr, /versions +the server supports 13, 8/);
                assert.match(stderr, / {4}HTTP\/1\.1 426 Upgrade Required\n {4}Sec-WebSocket-Version: 13, 8\n/);
                assert.match(stderr, / {4}wrong\n {4}th\\x1bing\n/);
                assert.doesNotMatch(stderr, /\u001b/);
                const json = await runHere(['connect', '--json', raw.url]);
                assert.equal(json.code, exitCodes.refused);
                const event = JSON.parse(json.stdout);
                assert.equal(event['event'], 'error');
                assert.equal(event['status'], 426);
                assert.equal(event['body'], 'wrong\nth\u001bing');
                assert.deepEqual(event['supportedVersions'], ['13', '8']);
            }
            catch (e_25) {
                env_25.error = e_25;
                env_25.hasError = true;
            }
            finally {
                const result_25 = __disposeResources(env_25);
                if (result_25)
                    await result_25;
            }
        });
        test('6 the answer breaks a rule', async () => {
            const env_26 = { stack: [], error: void 0, hasError: false };
            try {
                const wrong = __addDisposableResource(env_26, await rawServer(switching.replace('$accept', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=')), true);
                const accept = await runHere(['connect', wrong.url]);
                assert.equal(accept.code, exitCodes.invalidHandshake);
                assert.match(accept.stderr, /stage +accept[^]*rule .*RFC 6455 section 4/);
                const other = __addDisposableResource(env_26, await rawServer('SSH-2.0-OpenSSH_9.2\r\n'), true);
                assert.equal((await runHere(['connect', other.url])).code, exitCodes.invalidHandshake);
            }
            catch (e_26) {
                env_26.error = e_26;
                env_26.hasError = true;
            }
            finally {
                const result_26 = __disposeResources(env_26);
                if (result_26)
                    await result_26;
            }
        });
        test('7 no answer in time', async () => {
            const env_27 = { stack: [], error: void 0, hasError: false };
            try {
                const raw = __addDisposableResource(env_27, await rawServer(''), true);
                const { code, stderr } = await runHere(['connect', '--timeout', '200ms', raw.url]);
                assert.equal(code, exitCodes.timeout);
                assert.match(stderr, /stage +(timeout|response)/);
            }
            catch (e_27) {
                env_27.error = e_27;
                env_27.hasError = true;
            }
            finally {
                const result_27 = __disposeResources(env_27);
                if (result_27)
                    await result_27;
            }
        });
        test('8 closed by the peer with an error', async () => {
            const env_28 = { stack: [], error: void 0, hasError: false };
            try {
                const echo = __addDisposableResource(env_28, await echoServer(), true);
                const { code, stderr } = await runHere(['connect', '--stay', echo.url], 'close 1011\n');
                assert.equal(code, exitCodes.closedWithError);
                assert.equal(stderr, 'hawser: closed 1011 "because" by the peer\n');
                assert.equal((await runHere(['connect', '--stay', '--quiet', echo.url], 'close 4000\n')).stderr, '');
                assert.equal((await runHere(['connect', '--stay', echo.url], 'close 1001\n')).code, exitCodes.clean);
            }
            catch (e_28) {
                env_28.error = e_28;
                env_28.hasError = true;
            }
            finally {
                const result_28 = __disposeResources(env_28);
                if (result_28)
                    await result_28;
            }
        });
        test('9 the peer breaks the protocol, or --max-message', async () => {
            const env_29 = { stack: [], error: void 0, hasError: false };
            try {
                // A masked frame from a server: RFC 6455 section 5.1
                const raw = __addDisposableResource(env_29, await rawServer(switching, (socket) => socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]))), true);
                const { code, stderr } = await runHere(['connect', '--stay', raw.url]);
                assert.equal(code, exitCodes.protocolError);
                assert.match(stderr, /RFC 6455 section 5\.1/);
                const echo = __addDisposableResource(env_29, await echoServer(), true);
                assert.equal((await runHere(['connect', '--stay', '--max-message', '4', echo.url], 'hello\n')).code, exitCodes.protocolError);
            }
            catch (e_29) {
                env_29.error = e_29;
                env_29.hasError = true;
            }
            finally {
                const result_29 = __disposeResources(env_29);
                if (result_29)
                    await result_29;
            }
        });
        test('130 and 143: SIGINT and SIGTERM close with 1001 first', async () => {
            for (const [signal, code] of [
                ['SIGINT', exitCodes.interrupted],
                ['SIGTERM', exitCodes.terminated],
            ]) {
                const env_30 = { stack: [], error: void 0, hasError: false };
                try {
                    const echo = __addDisposableResource(env_30, await echoServer(), true);
                    const cli = __addDisposableResource(env_30, new CliProcess(['connect', '--stay', echo.url]), true);
                    cli.child.stdin.write('hello\n');
                    await cli.sees(/hello\n/);
                    cli.child.kill(signal);
                    assert.equal((await cli.ended).code, code);
                    assert.equal(await echo.firstClose, 1001);
                }
                catch (e_30) {
                    env_30.error = e_30;
                    env_30.hasError = true;
                }
                finally {
                    const result_30 = __disposeResources(env_30);
                    if (result_30)
                        await result_30;
                }
            }
        });
        test('130 while it still connects', async () => {
            const env_31 = { stack: [], error: void 0, hasError: false };
            try {
                const raw = __addDisposableResource(env_31, await rawServer(''), true);
                const cli = __addDisposableResource(env_31, new CliProcess(['connect', raw.url]), true);
                while (raw.heads.length === 0)
                    await new Promise((resolve) => setImmediate(resolve));
                cli.child.kill('SIGINT');
                assert.equal((await cli.ended).code, exitCodes.interrupted);
            }
            catch (e_31) {
                env_31.error = e_31;
                env_31.hasError = true;
            }
            finally {
                const result_31 = __disposeResources(env_31);
                if (result_31)
                    await result_31;
            }
        });
        test('2 wrong options of the library are named as they were typed', async () => {
            for (const [args, message] of [
                [['-s', 'a b', 'ws://h/'], /option --subprotocol: expected/],
                [['-H', 'Upgrade: x', 'ws://h/'], /option --header: expected/],
                [['-H', 'A: \u0001', 'ws://h/'], /option --header: expected/],
                [['-o', 'nonsense', 'ws://h/'], /option --origin: expected/],
                [['--proxy', 'socks:x', 'ws://h/'], /option --proxy: expected/],
                [['ws://h/#fragment'], /RFC 6455 section 3/],
                [['ftp://h/'], /ftp/],
            ]) {
                const { code, stderr } = await runHere(['connect', ...args]);
                assert.equal(code, exitCodes.usage, stderr);
                assert.match(stderr, message);
            }
        });
    });
});
