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
import { describe, test } from 'node:test';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { serve } from '../../src/runtime/node/serve.js';
import { MemoryCli } from './memory-io.js';
async function echoServer() {
    let tellClose = () => { };
    const firstClose = new Promise((resolve) => {
        tellClose = resolve;
    });
    const server = await serve({
        message(socket, message) {
            socket.send(message);
        },
        close: (_socket, info) => tellClose(info.code),
    });
    return { url: server.url, firstClose, [Symbol.asyncDispose]: () => server.close() };
}
/** What readline writes: the prompt, then where the cursor goes. */
const prompt = /> \u001b\[3G$/;
const terminal = { isTTY: true, env: { NO_COLOR: '1' } };
describe('hawser connect on a terminal', () => {
    test('shows a prompt, marks what arrives, and closes with 1000 at the end of input', async () => {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            const echo = __addDisposableResource(env_1, await echoServer(), true);
            const cli = __addDisposableResource(env_1, new MemoryCli(['connect', echo.url], terminal), true);
            await cli.sees(/^connected to ws:\/\//m, 'stderr');
            await cli.sees(prompt);
            cli.io.stdin.write('hello\r');
            await cli.sees(/< hello\n/);
            cli.io.stdin.write('\u0004');
            assert.equal((await cli.ended).code, 0);
            assert.match(cli.io.errors, /^closed 1000 by/m);
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
    test('Ctrl-C, which is a byte there, closes with 1001 and exits with 130', async () => {
        const env_2 = { stack: [], error: void 0, hasError: false };
        try {
            const echo = __addDisposableResource(env_2, await echoServer(), true);
            const cli = __addDisposableResource(env_2, new MemoryCli(['connect', echo.url], terminal), true);
            await cli.sees(prompt);
            cli.io.stdin.write('\u0003');
            assert.equal((await cli.ended).code, exitCodes.interrupted);
            assert.equal(await echo.firstClose, 1001);
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
    test('a message cannot drive the terminal', async () => {
        const env_3 = { stack: [], error: void 0, hasError: false };
        try {
            const echo = __addDisposableResource(env_3, await echoServer(), true);
            const cli = __addDisposableResource(env_3, new MemoryCli(['connect', '-m', '\u001b]0;title\u0007', echo.url], terminal), true);
            await cli.sees(/< \\x1b\]0;title\\x07\n/);
            cli.io.stdin.write('\u0004');
            await cli.ended;
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
    test('the second interrupt drops a connection whose peer does not close', async () => {
        const env_4 = { stack: [], error: void 0, hasError: false };
        try {
            const server = await serve({ message() { }, open: () => new Promise(() => { }) });
            const cli = __addDisposableResource(env_4, new MemoryCli(['connect', '--stay', '--no-deflate', server.url], terminal), true);
            await cli.sees(/^connected/m, 'stderr');
            cli.io.interrupt('SIGINT');
            cli.io.interrupt('SIGINT');
            assert.equal((await cli.ended).code, exitCodes.interrupted);
            await server.close();
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
});
