/** Counters in the text format of Prometheus (version 0.0.4). */
import type { MetricsRole, MetricsSnapshot, RoleCounters } from './metrics.ts'

/** The Content-Type of {@link prometheusText}. */
export const prometheusType: string = 'text/plain; version=0.0.4; charset=utf-8'

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  samples(counters: RoleCounters): readonly Sample[]
}

const one = (value: number): readonly Sample[] => [[{}, value]]
const by = (label: string, counts: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(counts).map(([key, value]) => [{ [label]: key }, value])
const eachWay =
  (read: (traffic: RoleCounters['sent']) => number) =>
  (counters: RoleCounters): readonly Sample[] => [
    [{ direction: 'sent' }, read(counters.sent)],
    [{ direction: 'received' }, read(counters.received)],
  ]

/** Base units and names as Prometheus recommends: seconds, bytes, `_total` for counters. */
const families: readonly Family[] = [
  { name: 'hawser_connections', type: 'gauge', help: 'Open connections.', samples: ({ openConnections }) => one(openConnections) },
  { name: 'hawser_connections_opened_total', type: 'counter', help: 'Connections that were opened.', samples: ({ connections }) => one(connections) },
  {
    name: 'hawser_handshakes_total',
    type: 'counter',
    help: 'Opening handshakes by outcome: accepted, or the condition of the refusal.',
    samples: ({ handshakes }) => by('outcome', handshakes),
  },
  { name: 'hawser_messages_total', type: 'counter', help: 'Messages that began.', samples: eachWay(({ messages }) => messages) },
  { name: 'hawser_frames_total', type: 'counter', help: 'Frames, control frames included.', samples: eachWay(({ frames }) => frames) },
  {
    name: 'hawser_payload_bytes_total',
    type: 'counter',
    help: 'Bytes of payload on the wire, after compression.',
    samples: eachWay(({ payloadBytes }) => payloadBytes),
  },
  {
    name: 'hawser_uncompressed_bytes_total',
    type: 'counter',
    help: 'Bytes of messages before compression, where an extension is used.',
    samples: eachWay(({ compression }) => compression.rawBytes),
  },
  {
    name: 'hawser_compressed_bytes_total',
    type: 'counter',
    help: 'The same bytes after compression.',
    samples: eachWay(({ compression }) => compression.wireBytes),
  },
  { name: 'hawser_closes_total', type: 'counter', help: 'Ended connections by close code.', samples: ({ closeCodes }) => by('code', closeCodes) },
  {
    name: 'hawser_errors_total',
    type: 'counter',
    help: 'Connections that ended with an error, by condition.',
    samples: ({ errors }) => by('condition', errors),
  },
  {
    name: 'hawser_limits_exceeded_total',
    type: 'counter',
    help: 'Limits that a frame or message exceeded.',
    samples: ({ limits }) => by('limit', limits),
  },
  { name: 'hawser_backpressure_total', type: 'counter', help: 'How often a transport was full.', samples: ({ backpressure }) => one(backpressure) },
  { name: 'hawser_buffered_bytes', type: 'gauge', help: 'Bytes that wait for peers.', samples: ({ bufferedBytes }) => one(bufferedBytes) },
  { name: 'hawser_pings_total', type: 'counter', help: 'Answered Pings.', samples: ({ pings }) => one(pings.count) },
  { name: 'hawser_ping_seconds_total', type: 'counter', help: 'Sum of the round trips of Pings.', samples: ({ pings }) => one(pings.totalMs / 1000) },
]

/**
 * The counters for a scrape by Prometheus, to be sent as {@link prometheusType}.
 * @param roles those that are shown. Default: both
 */
export function prometheusText(snapshot: MetricsSnapshot, roles: readonly MetricsRole[] = ['server', 'client']): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = roles.flatMap((role) => samples(snapshot[role]).map(([labels, value]) => `${name}${labelText({ role, ...labels })} ${value}\n`))
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
    })
    .join('')
}

/** Values are from fixed sets and need no escape; one that did would break the line, so it is replaced. */
function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, '_')}"`)
  return `{${pairs.join(',')}}`
}
