/** Small charts of the selected connection, each with its numbers as text. */
import { size } from './bytes.js'
import { element, make } from './dom.js'

/** @import { CompressionTraffic, ConnectionReport, SecondReport } from '../report.ts' */

const [width, height] = [240, 60]
const [shortestMs, longestMs] = [15_000, 120_000]
const svgNamespace = 'http://www.w3.org/2000/svg'

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} className
 * @property {readonly (readonly [time: number, value: number])[]} points
 */

/** @param {ConnectionReport} report @param {number} now */
export function showCharts(report, now) {
  const { seconds, roundTrips, buffered } = report.traffic
  const end = report.endedAt ?? now
  const windowMs = Math.min(longestMs, Math.max(shortestMs, end - report.startedAt))
  const per = (/** @type {keyof SecondReport} */ key) => everySecond(seconds, key, end, windowMs)
  const span = { end, windowMs }
  element('charts').replaceChildren(
    chart('Frames a second', [line('sent', per('sentFrames')), line('received', per('receivedFrames'))], String, span),
    chart('Payload a second', [line('sent', per('sentBytes')), line('received', per('receivedBytes'))], size, span),
    chart(
      'Buffered bytes',
      [
        line(
          'buffered',
          seconds.map(({ time, buffered }) => [time, buffered]),
        ),
      ],
      size,
      span,
      `now ${size(buffered)}`,
    ),
    chart(
      'Round trips of Pings',
      [
        line(
          'round trip',
          roundTrips.map(({ time, ms }) => [time, ms]),
        ),
      ],
      (ms) => `${ms.toFixed(1)} ms`,
      span,
    ),
  )
  const { compression } = report
  const box = element('compression')
  if (compression === null) box.replaceChildren(make('p', 'Messages are not compressed: no extension with counters was agreed.', 'soft'))
  else box.replaceChildren(make('h3', 'Compression'), bars('sent', compression.sent), bars('received', compression.received))
}

/** @param {string} name @param {Line['points']} points @returns {Line} */
function line(name, points) {
  return { name, className: name.replaceAll(' ', '-'), points }
}

/**
 * Zeroes where nothing happened, which the report leaves out.
 * @param {readonly SecondReport[]} seconds
 * @param {keyof SecondReport} key
 * @param {number} end
 * @param {number} windowMs
 * @returns {Line['points']}
 */
function everySecond(seconds, key, end, windowMs) {
  const values = new Map(seconds.map((second) => [second.time, second[key]]))
  /** @type {[number, number][]} */
  const points = []
  for (let time = Math.floor((end - windowMs) / 1000) * 1000; time <= end; time += 1000) points.push([time, values.get(time) ?? 0])
  return points
}

/**
 * @param {string} title
 * @param {readonly Line[]} lines
 * @param {(value: number) => string} show
 * @param {{ end: number, windowMs: number }} span
 * @param {string} [note]
 */
function chart(title, lines, show, { end, windowMs }, note) {
  const shown = lines.map((one) => ({ ...one, points: one.points.filter(([time]) => time > end - windowMs) }))
  const most = Math.max(0, ...shown.flatMap(({ points }) => points.map(([, value]) => value)))
  const figure = make('figure')
  const text = shown.map(({ name, points }) => {
    const latest = points.at(-1)?.[1]
    return latest === undefined ? `${name}: none` : `${name}: latest ${show(latest)}, most ${show(Math.max(...points.map(([, value]) => value)))}`
  })
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.setAttribute('preserveAspectRatio', 'none')
  // The caption says the same in words.
  svg.setAttribute('aria-hidden', 'true')
  for (const { className, points } of shown) {
    const at = points.map(
      ([time, value]) =>
        `${(((time - (end - windowMs)) / windowMs) * width).toFixed(1)},${most === 0 ? height - 1 : (height - 1 - (value / most) * (height - 4)).toFixed(1)}`,
    )
    const path = document.createElementNS(svgNamespace, points.length === 1 ? 'circle' : 'polyline')
    if (points.length === 1) {
      const [cx = '0', cy = '0'] = (at[0] ?? '').split(',')
      for (const [name, value] of [
        ['cx', cx],
        ['cy', cy],
        ['r', '2'],
      ])
        path.setAttribute(name ?? '', value ?? '')
    } else path.setAttribute('points', at.join(' '))
    path.setAttribute('class', `line ${className}`)
    svg.append(path)
  }
  const caption = make('figcaption')
  caption.append(make('strong', title), ...shown.map(({ className }, index) => make('span', text[index], `key ${className}`)))
  if (note !== undefined) caption.append(make('span', note, 'key'))
  figure.append(svg, caption)
  return figure
}

/** @param {string} direction @param {CompressionTraffic} traffic */
function bars(direction, { messages, compressedMessages, rawBytes, wireBytes }) {
  const ratio = wireBytes === 0 ? 1 : rawBytes / wireBytes
  const row = make('div', undefined, 'ratio')
  const meter = make('meter')
  meter.max = Math.max(1, rawBytes, wireBytes)
  meter.value = wireBytes
  const label = make('label')
  label.append(
    make(
      'span',
      `${direction}: ${size(rawBytes)} became ${size(wireBytes)}, ratio ${ratio.toFixed(2)}; ${compressedMessages} of ${messages} messages compressed`,
    ),
    meter,
  )
  row.append(label)
  return row
}
