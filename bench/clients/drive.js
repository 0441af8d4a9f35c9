/** What every measured client does: keep one message in flight on each connection; text is sent as a string and received as one. */
import { answer } from '../channel.js';
import { usageCommands } from '../process-usage.js';
import { payload } from '../load/frames.js';
export function readClientSetup() {
    return JSON.parse(process.argv[2] ?? 'null');
}
export function drive(open, note) {
    const slots = [];
    let text = '';
    let running = false;
    let messages = 0;
    let busy = 0;
    let settle;
    const received = (slot, message) => {
        if (typeof message !== 'string' || message.length !== text.length)
            throw new Error('the echo is not the text that was sent');
        messages++;
        if (running)
            slot.link?.send(text);
        else if (--busy === 0)
            settle?.();
    };
    answer(note === undefined ? {} : { note }, {
        ...usageCommands,
        async open({ port, count, size }) {
            text = payload('text', size, 0).toString();
            for (let i = 0; i < count; i++) {
                const slot = { link: undefined };
                slot.link = await open(`ws://127.0.0.1:${port}/`, (message) => received(slot, message));
                slots.push(slot);
            }
        },
        async run({ durationMs }) {
            const start = performance.now();
            messages = 0;
            busy = slots.length;
            running = true;
            const done = new Promise((resolve) => {
                settle = resolve;
            });
            setTimeout(() => {
                running = false;
            }, durationMs);
            for (const slot of slots)
                slot.link?.send(text);
            await done;
            return { messages, wallMs: performance.now() - start };
        },
    });
}
