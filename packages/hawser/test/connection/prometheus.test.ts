import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metrics } from '../../src/connection/metrics.ts'
import type { ObservedHandshake } from '../../src/connection/observer.ts'
import { prometheusText } from '../../src/connection/prometheus.ts'

test('is the text format of Prometheus: HELP and TYPE before the samples of each family, counters end in _total', () => {
  const metrics = new Metrics()
  metrics.handshake({ role: 'server', condition: undefined } as ObservedHandshake)
  metrics.handshake({ role: 'server', condition: 'request-origin' } as ObservedHandshake)
  const text = prometheusText(metrics.snapshot())
  assert.ok(text.endsWith('\n'))
  let family = ''
  let type = ''
  for (const line of text.trimEnd().split('\n')) {
    const help = /^# HELP (\w+) \S/.exec(line)
    const typed = /^# TYPE (\w+) (counter|gauge)$/.exec(line)
    if (help !== null) family = help[1] ?? ''
    else if (typed !== null) {
      assert.equal(typed[1], family)
      type = typed[2] ?? ''
      assert.equal(family.endsWith('_total'), type === 'counter', family)
    } else assert.match(line, new RegExp(`^${family}\\{role="(?:server|client)"(?:,[a-z]+="[\\w-]+")?\\} \\d+(?:\\.\\d+)?$`))
  }
  assert.ok(text.includes('hawser_handshakes_total{role="server",outcome="accepted"} 1\n'))
  assert.ok(text.includes('hawser_handshakes_total{role="server",outcome="request-origin"} 1\n'))
  assert.ok(text.includes('hawser_messages_total{role="client",direction="sent"} 0\n'))
  assert.ok(!prometheusText(metrics.snapshot(), ['server']).includes('role="client"'))
})
