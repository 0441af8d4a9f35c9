/** What the rules about refusals have in common. */
import { exitCodes } from '../../exit-codes.ts'
import { boxOf, clip, fieldOf, textOf } from '../box.ts'
import type { Diagnosis, FindingRule } from '../finding.ts'
import type { Answer, Observations } from '../observation.ts'
import { blameBox, plainAnswer, quoteAnswer } from './evidence.ts'

/** What a rule says of an answer; `quoteAnswer` is always the first evidence. */
type Verdict = Omit<Diagnosis, 'evidence'> & { readonly because?: readonly string[] }

/** A rule about the refusal that every variant of the handshake got. */
export function whenAnswered(
  id: string,
  recognizes: (answer: Answer, seen: Observations) => boolean,
  judge: (answer: Answer, seen: Observations) => Verdict,
): FindingRule {
  return {
    id,
    severity: 'problem',
    exit: exitCodes.refused,
    diagnose(seen) {
      const answer = plainAnswer(seen)
      if (answer === undefined || answer.status === 101 || !recognizes(answer, seen)) return undefined
      const { because = [], ...verdict } = judge(answer, seen)
      return { ...verdict, evidence: [quoteAnswer(answer), ...because] }
    },
  }
}

/** Whether the text of the content, without markup, has this. */
export const says = (answer: Answer, pattern: RegExp): boolean => pattern.test(textOf(answer.body))

/** A page that the box wrote itself, so the request got no further; with how it shows. */
export function ownPage(answer: Answer): readonly string[] | undefined {
  const box = boxOf(answer)
  return box?.ownPage === true ? [`${box.name} wrote this answer itself: ${box.evidence}`] : undefined
}

/** The box that this answer shows, or any other. */
export function names(answer: Answer, seen: Observations): { readonly box?: string } {
  const box = boxOf(answer)?.name ?? blameBox(seen, false).box
  return box === undefined ? {} : { box }
}

/** For the beginning of a sentence. */
export const theBox = (name: string | undefined): string => name ?? 'A box in between'

export function retryAfter(answer: Answer): string[] {
  const value = fieldOf(answer, 'retry-after')
  return value === undefined ? [] : [`its Retry-After is ${clip(value, 40)}`]
}
