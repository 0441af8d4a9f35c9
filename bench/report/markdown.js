import { summarize } from '../results.js';
import { bytes } from '../scenarios.js';
import { curves, groupTitles, machineLine, method, resultsOf, seriesOf, versionLine } from './groups.js';
import { figure } from './terminal.js';
const line = (cells) => `| ${cells.join(' | ')} |`;
const table = (heads, rows) => [
    line(heads),
    line(heads.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
];
/** The whole results page; nothing in it is written by hand. */
export function markdown(report) {
    const parts = ['# Benchmarks', '', `This page is written by \`${report.command}\`.`, ''];
    parts.push(`- ${report.date}; ${machineLine(report)}`, `- ${versionLine(report)}`, `- ${report.rounds} rounds of ${report.sliceMs} ms a subject`, '');
    parts.push('How it is measured:', '', ...method.map((text) => `- ${text}`), '');
    for (const [group, title] of Object.entries(groupTitles)) {
        const results = resultsOf(report, group);
        if (results.length > 0)
            parts.push(`## ${title}`, '', ...overview(results), '', ...ratios(results), '', ...latencies(results));
    }
    for (const { group, title, x } of curves) {
        const results = resultsOf(report, group);
        if (results.length > 0)
            parts.push(`## ${title}`, '', `CPU per message in µs.`, '', ...curveTable(results, x, group === 'sizes'), '');
    }
    const left = [
        ...report.skipped,
        ...report.results.flatMap(({ scenario, failures }) => failures.map((text) => `${scenario.name}: ${text.split('\n')[0]}`)),
    ];
    if (left.length > 0)
        parts.push('## Left out', '', ...left.map((text) => `- ${text}`), '');
    return `${parts.join('\n').trimEnd()}\n`;
}
function columnsOf(results) {
    return [...new Set(results.flatMap(({ rows }) => rows.map(({ name, runtime }) => `${name} ${runtime}`)))];
}
function cells(results, columns, cell) {
    return results.map((result) => {
        const summaries = new Map(summarize(result).map((summary) => [`${summary.row.name} ${summary.row.runtime}`, summary]));
        return [
            `${result.scenario.title}${result.unit === 'µs' ? '' : ` (${result.unit})`}`,
            ...columns.map((column) => {
                const summary = summaries.get(column);
                return summary === undefined ? '–' : cell(summary, result);
            }),
        ];
    });
}
function overview(results) {
    const columns = columnsOf(results);
    return [
        'CPU in µs where no unit is named, the median of the rounds:',
        '',
        ...table(['work', ...columns], cells(results, columns, ({ value }) => figure(value.median))),
    ];
}
function ratios(results) {
    const columns = columnsOf(results).filter((column) => !column.startsWith('floor '));
    if (columns.length === 0)
        return [];
    const rows = cells(results, columns, ({ row, ofFloor, ofWs }, { scenario }) => {
        const { ceiling, ceilingOfWs } = scenario;
        const base = ceilingOfWs === undefined ? ofFloor : ofWs;
        if (base === undefined)
            return '–';
        const limit = ceilingOfWs ?? ceiling;
        const over = row.name.startsWith('hawser') && limit !== undefined && base.median > limit;
        const text = `${base.median.toFixed(2)} (${base.min.toFixed(2)}–${base.max.toFixed(2)})`;
        return over ? `**${text}**` : text;
    });
    const withCeilings = rows.map((row, i) => {
        const scenario = results[i]?.scenario;
        const ceiling = scenario?.ceilingOfWs === undefined ? scenario?.ceiling?.toString() : `${scenario.ceilingOfWs} × ws`;
        return [row[0], ceiling ?? '', ...row.slice(1)];
    });
    return [
        'Over the floor of the same runtime (over `ws` where the ceiling says so), with the smallest and the largest of the rounds; what is over its ceiling is bold:',
        '',
        ...table(['work', 'hawser at most', ...columns], withCeilings),
    ];
}
function latencies(results) {
    const timed = results.filter(({ rows }) => rows.some((row) => row.latencies.length > 0));
    if (timed.length === 0)
        return [];
    const columns = columnsOf(timed);
    const rows = cells(timed, columns, ({ latency }) => (latency === undefined ? '–' : `${figure(latency.p50)} / ${figure(latency.p99)}`));
    const loads = cells(timed, columns, ({ generatorShare }) => (generatorShare === undefined ? '–' : `${(generatorShare * 100).toFixed(0)} %`));
    return [
        'Latency in ms at full load, p50 / p99:',
        '',
        ...table(['work', ...columns], rows),
        '',
        "The load generator's own CPU share:",
        '',
        ...table(['work', ...columns], loads),
        '',
    ];
}
function curveTable(results, x, sizes) {
    const series = seriesOf(results);
    const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))];
    const rows = xs.map((at) => [
        sizes ? bytes(at) : String(at),
        ...series.map(({ points }) => {
            const point = points.find((one) => one.x === at);
            return point === undefined ? '–' : figure(point.y);
        }),
    ]);
    return table([x, ...series.map(({ name }) => name)], rows);
}
