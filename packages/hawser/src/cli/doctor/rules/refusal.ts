/** Responses that open nothing, whatever the client offers. */
import type { FindingRule } from '../finding.ts'
import { names, whenAnswered } from './answered.ts'
import { boxEvidence } from './evidence.ts'
import { gatewayRules } from './gateway.ts'
import { hopRules } from './hops.ts'
import { statusRules } from './status.ts'

/** In this order: the first that applies is the cause. */
export const refusalRules: readonly FindingRule[] = [
  ...hopRules,
  ...statusRules,
  ...gatewayRules,
  whenAnswered(
    'refused',
    () => true,
    (answer, seen) => ({
      title: `The answer to the opening handshake is ${answer.status}, not 101.`,
      because: boxEvidence(seen),
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: ['Read the text of the answer.'],
    }),
  ),
]
