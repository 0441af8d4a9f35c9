import type { Step } from '../../case.ts'
import type { ResponseSpec } from '../../specs.ts'
import { echoText, send, text } from '../rows.ts'
import type { Row } from '../rows.ts'

function refused(response: ResponseSpec): readonly Step[] {
  return [{ do: 'response', response }, { expect: 'never-open' }]
}

function opened(response: ResponseSpec): readonly Step[] {
  return [{ do: 'response', response }, send([text('open?')]), echoText('open?')]
}

export function bad(id: string, response: ResponseSpec, why: string, requirements: string[], more: Partial<Row> = {}): Row {
  return { id, why, requirements, steps: refused(response), ...more }
}

export function good(id: string, response: ResponseSpec, why: string, requirements: string[], more: Partial<Row> = {}): Row {
  return { id, why, requirements, steps: opened(response), ...more }
}
