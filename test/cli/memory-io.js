import { PassThrough, Writable } from 'node:stream';
import { run } from '../../src/cli/run.js';
/** A command's view of the process, in memory: for what needs no process of its own. */
export class MemoryIo {
    stdin;
    stdout;
    stderr;
    env;
    written = '';
    errors = '';
    #interrupts = new Set();
    #watchers = new Set();
    constructor(options = {}) {
        const { isTTY = false, env = {} } = options;
        this.env = env;
        this.stdin = Object.assign(new PassThrough(), { isTTY });
        this.stdout = collect(isTTY, (text) => {
            this.written += text;
            this.notify();
        });
        this.stderr = collect(isTTY, (text) => {
            this.errors += text;
            this.notify();
        });
    }
    onInterrupt(listener) {
        this.#interrupts.add(listener);
        return () => this.#interrupts.delete(listener);
    }
    interrupt(signal) {
        for (const listener of this.#interrupts)
            listener(signal);
    }
    notify() {
        for (const watcher of this.#watchers)
            watcher();
    }
    /** The next time that something is written, or {@link notify} is called. */
    changed() {
        return new Promise((resolve) => {
            const watcher = () => {
                this.#watchers.delete(watcher);
                resolve();
            };
            this.#watchers.add(watcher);
        });
    }
}
function collect(isTTY, add) {
    const output = new Writable({
        write(chunk, _encoding, done) {
            add(chunk.toString());
            done();
        },
    });
    return Object.assign(output, { isTTY });
}
/** A command that runs in this process, with the face of a `CliProcess`. */
export class MemoryCli {
    io;
    ended;
    #over = false;
    constructor(args, options = {}) {
        const io = new MemoryIo(options);
        this.io = io;
        this.ended = run(args, io).then((code) => {
            this.#over = true;
            io.notify();
            return { code, stdout: io.written, stderr: io.errors };
        });
    }
    get stdout() {
        return this.io.written;
    }
    async sees(pattern, stream = 'stdout') {
        for (;;) {
            const match = pattern.exec(stream === 'stdout' ? this.io.written : this.io.errors);
            if (match !== null)
                return match;
            if (this.#over)
                throw new Error(`the command ended without ${pattern} on ${stream}:\n${this.io.written}\n${this.io.errors}`);
            await this.io.changed();
        }
    }
    /** At the second signal every command ends. */
    async [Symbol.asyncDispose]() {
        this.io.interrupt('SIGTERM');
        this.io.interrupt('SIGTERM');
        await this.ended;
    }
}
/** Runs one command to its end in this process. */
export async function runHere(args, input = '') {
    const cli = new MemoryCli(args);
    cli.io.stdin.end(input);
    return cli.ended;
}
