/** What the generator sends. */
import { clientFrame, deflate, payload, serverFrame } from './frames.js';
/** Messages that differ, so that a compressor's window does not hold the same one again. */
export function batches(work) {
    const count = Math.max(1, Math.min(32, Math.floor((4 << 20) / (work.size * work.inFlight))));
    const opcode = work.kind === 'binary' ? 2 : 1;
    return Array.from({ length: count }, (_, i) => {
        const payloads = Array.from({ length: work.inFlight }, (_, j) => payload(work.kind, work.size, i * work.inFlight + j));
        const frames = payloads.map((data, j) => clientFrame(work.deflate ? deflate(data) : data, opcode, work.deflate, i + j));
        return { bytes: Buffer.concat(frames), payloads };
    });
}
/** Bytes an uncompressed batch comes back as: the floor returns the masked frames it got. */
export function replyBytes(work, floor) {
    const frame = floor ? clientFrame(Buffer.alloc(work.size), 1, false, 0) : serverFrame(Buffer.alloc(work.size), 1, false);
    return frame.length * work.inFlight;
}
