/** Closed-loop load: every connection keeps its batch in flight until the time is over, then all that is owed must arrive. */
import { FrameScanner } from './frames.js';
import { Latencies } from './latencies.js';
import { batches, replyBytes } from './work.js';
const latencies = new Latencies();
export function measured(start, cpu, messages) {
    const { user, system } = process.cpuUsage(cpu);
    return { messages, wallMs: performance.now() - start, cpuMicros: user + system, latencyMs: latencies.take() };
}
export class EchoLoad {
    #links;
    #batches;
    #work;
    #owed;
    #messages = 0;
    #busy = 0;
    #stopping = false;
    #settle;
    constructor(links, work, floor) {
        this.#links = links;
        this.#work = work;
        this.#batches = batches(work);
        this.#owed = work.deflate ? work.inFlight : replyBytes(work, floor);
        for (const link of links)
            link.scanner = work.deflate && !floor ? new FrameScanner() : undefined;
    }
    async run(durationMs) {
        const cpu = process.cpuUsage();
        const start = performance.now();
        this.#messages = 0;
        this.#stopping = durationMs <= 0;
        const done = new Promise((resolve, reject) => {
            this.#settle = { resolve, reject };
        });
        const timer = setTimeout(() => {
            this.#stopping = true;
        }, durationMs);
        this.#busy = this.#links.length;
        for (const link of this.#links) {
            link.own(this);
            this.#send(link);
        }
        await done.finally(() => clearTimeout(timer));
        return measured(start, cpu, this.#messages);
    }
    #send(link) {
        const batch = this.#batches[(link.index + link.turn++) % this.#batches.length];
        link.owed += link.scanner === undefined && this.#work.deflate ? batch.bytes.length : this.#owed;
        link.sentAt = performance.now();
        link.socket.write(batch.bytes);
    }
    complete(link) {
        latencies.add(performance.now() - link.sentAt);
        this.#messages += this.#work.inFlight;
        if (!this.#stopping)
            this.#send(link);
        else if (--this.#busy === 0)
            this.#settle?.resolve();
    }
    broken(link, why) {
        this.#settle?.reject(new Error(`connection ${link.index}: ${why}`));
    }
}
/** One connection's small message makes the server write to all; the next one goes when all have everything. */
export class BroadcastLoad {
    #links;
    #trigger;
    #owed;
    #burst;
    #waiting = 0;
    #deliveries = 0;
    #until = 0;
    #sentAt = 0;
    #settle;
    constructor(links, size, burst) {
        const work = { kind: 'text', size, inFlight: 1, deflate: false };
        this.#links = links;
        this.#trigger = batches(work)[0].bytes;
        this.#owed = replyBytes(work, false) * burst;
        this.#burst = burst;
    }
    async run(durationMs) {
        const cpu = process.cpuUsage();
        const start = performance.now();
        this.#deliveries = 0;
        this.#until = start + durationMs;
        const done = new Promise((resolve, reject) => {
            this.#settle = { resolve, reject };
        });
        for (const link of this.#links)
            link.own(this);
        this.#round();
        await done;
        return measured(start, cpu, this.#deliveries);
    }
    #round() {
        this.#waiting = this.#links.length;
        for (const link of this.#links)
            link.owed += this.#owed;
        this.#sentAt = performance.now();
        this.#links[0]?.socket.write(this.#trigger);
    }
    complete() {
        latencies.add(performance.now() - this.#sentAt);
        this.#deliveries += this.#burst;
        if (--this.#waiting > 0)
            return;
        if (performance.now() < this.#until)
            this.#round();
        else
            this.#settle?.resolve();
    }
    broken(link, why) {
        this.#settle?.reject(new Error(`connection ${link.index}: ${why}`));
    }
}
