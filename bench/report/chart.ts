/** Charts as inline SVG, without a library. */
import type { Summary } from '../results.ts'
import { columnOf } from './groups.ts'
import type { Series } from './groups.ts'
import { figure } from './terminal.ts'

const palette: Readonly<Record<string, string>> = {
  floor: '#9aa0a6',
  ws: '#d98324',
  undici: '#a05fb5',
  'floor (bun)': '#d3a9b8',
  hawser: '#1f78c8',
  'hawser-web': '#5fa8e0',
  'hawser-tls': '#12827c',
  bun: '#c2567a',
  deno: '#2f9e77',
}

export function colorOf(name: string): string {
  return palette[name.replace(/:.*/, '')] ?? '#7a7a7a'
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** One bar a subject with its spread, on a linear scale from 0; a bar above `cap` medians is cut and marked. */
export function barChart(summaries: readonly Summary[], unit: string): string {
  const rowHeight = 22
  const left = 150
  const width = 540
  const values = summaries.map(({ value }) => value.median).sort((a, b) => a - b)
  const middle = values[values.length >> 1] ?? 1
  const top = Math.min(Math.max(...values), middle * 5) * 1.05 || 1
  const x = (value: number): number => left + (Math.min(value, top) / top) * width
  const bars = summaries.map(({ row, value }, i) => {
    const y = i * rowHeight + 4
    const cut = value.median > top
    const whisker = cut
      ? ''
      : `<line x1="${x(value.min)}" x2="${x(value.max)}" y1="${y + 8}" y2="${y + 8}" stroke="currentColor" stroke-width="1.5" opacity="0.6"/>`
    return (
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escape(columnOf(row))}</text>` +
      `<rect x="${left}" y="${y}" width="${Math.max(1, x(value.median) - left)}" height="16" rx="2" fill="${colorOf(row.name === 'global' ? row.runtime : row.name)}"/>${whisker}` +
      `<text x="${x(Math.max(value.median, cut ? 0 : value.max)) + 6}" y="${y + 12}">${figure(value.median)} ${unit}${cut ? ' (bar cut)' : ''}</text>`
    )
  })
  const height = summaries.length * rowHeight + 8
  return `<div class="wide"><svg viewBox="0 0 ${left + width + 130} ${height}" width="100%" role="img">${bars.join('')}</svg></div>`
}

/** From 0, four to eight of them, a step of 1, 2 or 5 times a power of ten. */
function roundTicks(high: number): number[] {
  const power = 10 ** Math.floor(Math.log10(high / 4))
  const step = power * ([1, 2, 5].findLast((factor) => factor * power * 4 <= high) ?? 1)
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, i) => i * step)
}

/** Lines over a logarithmic x, y logarithmic too where it spans more than a factor of twenty. */
export function lineChart(series: readonly Series[], xTitle: string, yTitle: string, xText: (x: number) => string): string {
  const [left, right, top, bottom, width, height] = [60, 130, 16, 44, 800, 320]
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b)
  const ys = series.flatMap(({ points }) => points.flatMap(({ min, max }) => [min, max]))
  const low = Math.min(...ys)
  const high = Math.max(...ys)
  const logarithmic = high / low > 20
  const from = logarithmic ? Math.log10(low) : 0
  const to = logarithmic ? Math.log10(high) : high * 1.05
  const [firstX, lastX] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 2)]
  const px = (x: number): number => left + ((Math.log(x) - firstX) / (lastX - firstX || 1)) * (width - left - right)
  const py = (y: number): number => height - bottom - (((logarithmic ? Math.log10(y) : y) - from) / (to - from || 1)) * (height - top - bottom)
  const ticks = logarithmic
    ? Array.from({ length: 9 }, (_, i) => 10 ** (i - 2)).filter((tick) => tick >= low * 0.99 && tick <= high * 1.01)
    : roundTicks(high)
  const grid = ticks.map(
    (tick) =>
      `<line x1="${left}" x2="${width - right}" y1="${py(tick)}" y2="${py(tick)}" stroke="currentColor" opacity="0.15"/>` +
      `<text x="${left - 6}" y="${py(tick) + 4}" text-anchor="end">${tick >= 1 || tick === 0 ? tick : figure(tick)}</text>`,
  )
  const labels = xs.map((x) => `<text x="${px(x)}" y="${height - bottom + 18}" text-anchor="middle">${escape(xText(x))}</text>`)
  const ends = series.map(({ points }, i) => ({ i, y: py(points.at(-1)?.y ?? low) })).sort((a, b) => a.y - b.y)
  for (const [i, end] of ends.entries()) end.y = Math.max(end.y, (ends[i - 1]?.y ?? -99) + 14)
  const lines = series.map(({ name, points }, i) => {
    const color = colorOf(name)
    const path = points.map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(' ')
    const dots = points.map(
      ({ x, y, min, max }) =>
        `<line x1="${px(x)}" x2="${px(x)}" y1="${py(min)}" y2="${py(max)}" stroke="${color}"/><circle cx="${px(x)}" cy="${py(y)}" r="3" fill="${color}"/>`,
    )
    const endY = ends.find((end) => end.i === i)?.y ?? top
    const text = `<text x="${width - right + 8}" y="${endY + 4}" fill="${color}">${escape(name)}</text>`
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}${text}`
  })
  const titles =
    `<text x="${(width - right + left) / 2}" y="${height - 6}" text-anchor="middle">${escape(xTitle)}</text>` +
    `<text x="14" y="${height / 2}" text-anchor="middle" transform="rotate(-90 14 ${height / 2})">${escape(yTitle)}</text>`
  return `<div class="wide"><svg viewBox="0 0 ${width} ${height}" width="100%" role="img">${grid.join('')}${labels.join('')}${lines.join('')}${titles}</svg></div>`
}
