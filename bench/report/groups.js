import { summarize } from '../results.js';
import { bytes } from '../scenarios.js';
export const groupTitles = {
    table: 'The server, by kind of work',
    kinds: 'Other kinds of messages',
    tls: 'Over TLS',
    deflate: 'With permessage-deflate',
    client: 'The client',
};
export const curves = [
    { group: 'sizes', title: 'Cost by message size', x: 'bytes of a message', text: bytes },
    { group: 'connections', title: 'Cost by number of connections', x: 'connections', text: String },
    { group: 'inflight', title: 'Cost by messages in flight on each connection', x: 'messages in flight', text: String },
];
export function resultsOf(report, group) {
    return report.results.filter(({ scenario, rows }) => scenario.group === group && rows.length > 0);
}
export function seriesOf(results) {
    const series = new Map();
    for (const result of results) {
        for (const { row, value } of summarize(result)) {
            const name = row.runtime === 'bun' && row.floor ? 'floor (bun)' : row.name;
            const points = series.get(name) ?? [];
            points.push({ x: result.scenario.x ?? 0, y: value.median, min: value.min, max: value.max });
            series.set(name, points);
        }
    }
    return [...series].map(([name, points]) => ({ name, points }));
}
export function machineLine({ machine }) {
    return `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`;
}
export function versionLine({ versions }) {
    return Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ');
}
export const method = [
    'The figure is the CPU time (user and system, all threads) that the measured process itself reports, divided by the messages of its slice: one message is received and one is sent.',
    'The floor is a `node:net` server (or client) on the same runtime that returns the same bytes, answers a constant 101 or writes a prepared buffer; it reads no frame.',
    'Slices of all subjects alternate, forwards and backwards in turn; a ratio is formed within each round, and what is printed is the median of the rounds with the smallest and the largest.',
    'Before anything is measured, each server returns one batch that is compared byte by byte; during the measurement every byte owed has to arrive, and none more.',
    'Text is delivered to the application as a string and sent as a string, binary as bytes; limits and UTF-8 checks are on. Messages that follow each other differ.',
    'The load comes from one process with prepared frames; `load` is its own CPU time over wall time.',
];
