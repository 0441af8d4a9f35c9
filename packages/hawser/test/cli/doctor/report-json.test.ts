import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnose } from '../../../src/cli/doctor/diagnose.ts'
import { reportJson } from '../../../src/cli/doctor/report-json.ts'
import { refused, refusing, seen } from './observations.ts'

test('has the findings with configuration for every usual box, and everything that was seen', () => {
  const observations = refusing(refused(426, '', { upgrade: 'websocket' }))
  const report = JSON.parse(JSON.stringify(reportJson(observations, diagnose(observations), false))) as {
    readonly works: boolean
    readonly findings: readonly { readonly id: string; readonly configuration: Record<string, string[]> }[]
    readonly observations: { readonly handshakes: Record<string, { readonly answer: { readonly status: number } }> }
  }
  assert.equal(report.works, false)
  assert.equal(report.findings[0]?.id, 'upgrade-lost')
  assert.ok((report.findings[0]?.configuration['nginx']?.length ?? 0) > 1)
  assert.equal(report.observations.handshakes['rfc6455']?.answer.status, 426)
  assert.equal((reportJson(seen(), [], false) as { works: boolean }).works, true)
  assert.equal((reportJson(seen(), [], true) as { works: boolean }).works, false)
})
