import { summarize } from '../results.js';
import { barChart, escape, lineChart } from './chart.js';
import { curves, groupTitles, machineLine, method, resultsOf, seriesOf, versionLine } from './groups.js';
import { figure, ratio } from './terminal.js';
const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 900px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 2px 8px; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
th:first-child, td:first-child { text-align: left }
svg { font: 12px system-ui, sans-serif; fill: currentColor; margin: 0.5rem 0 }
.over { color: #c43c3c } .held { color: #2f8f4e }
details { margin: 0.5rem 0 1.5rem } code { font-size: 13px }
`;
export function html(report) {
    const groups = Object.entries(groupTitles).map(([group, title]) => {
        const results = resultsOf(report, group);
        return results.length === 0 ? '' : `<h2>${escape(title)}</h2>${results.map(section).join('')}`;
    });
    const grown = curves.map(({ group, title, x, text }) => {
        const results = resultsOf(report, group);
        return results.length < 2 ? '' : `<h2>${escape(title)}</h2>${lineChart(seriesOf(results), x, 'µs of CPU per message', text)}`;
    });
    const skipped = [
        ...report.skipped,
        ...report.results.flatMap(({ scenario, failures }) => failures.map((failure) => `${scenario.name}: ${failure}`)),
    ];
    const left = skipped.length === 0 ? '' : `<h2>Left out</h2><ul>${skipped.map((what) => `<li><code>${escape(what)}</code></li>`).join('')}</ul>`;
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>hawser benchmarks ${report.date}</title>
<style>${style}</style></head><body>
<h1>Benchmarks</h1>
<p>${report.date}. ${escape(machineLine(report))}.<br>${escape(versionLine(report))}.<br><code>${escape(report.command)}</code>, ${report.rounds} rounds of ${report.sliceMs} ms</p>
<ul>${method.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>
${groups.join('')}${grown.join('')}${left}
</body></html>
`;
}
function section(result) {
    const summaries = summarize(result);
    const { title, ceiling, ceilingOfWs } = result.scenario;
    const verdicts = summaries
        .filter(({ row }) => row.name.startsWith('hawser'))
        .flatMap(({ row, ofFloor, ofWs }) => {
        const verdict = (limit, value, base) => limit === undefined || value === undefined
            ? []
            : [`<span class="${value <= limit ? 'held' : 'over'}">${escape(row.runtime)}: ${value.toFixed(2)} × ${base}, at most ${limit}</span>`];
        return [...verdict(ceiling, ofFloor?.median, 'floor'), ...verdict(ceilingOfWs, ofWs?.median, 'ws')];
    });
    const rows = summaries.map(({ row, value, ofFloor, ofWs, latency, perSecond, generatorShare }) => {
        const cells = [
            `${row.name} ${row.runtime}`,
            `${figure(value.median)} (${figure(value.min)}–${figure(value.max)})`,
            ratio(ofFloor),
            ratio(ofWs),
            latency === undefined ? '' : latency.p50.toFixed(3),
            latency === undefined ? '' : latency.p99.toFixed(3),
            perSecond === undefined ? '' : perSecond.toFixed(0),
            generatorShare === undefined ? '' : `${(generatorShare * 100).toFixed(0)} %`,
        ];
        return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
    });
    const heads = ['', result.unit, '× floor', '× ws', 'p50 ms', 'p99 ms', 'per second', 'load'];
    return `<h3>${escape(title)}</h3><p>${verdicts.join(' · ')}</p>${barChart(summaries, result.unit)}
<details><summary>figures</summary><table><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>${rows.join('')}</table></details>`;
}
