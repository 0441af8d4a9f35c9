import type { FieldCheck, Level } from './case.ts'
import { acceptOf, listOf, statusOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { onceInResponse } from './head-rules.ts'
import type { Play } from './play.ts'
import { causeOf } from './root-causes.ts'

export function fillPort(play: Play, text: string): string {
  return text.replace('{port}', play.subject.values.get('port') ?? '')
}

/** @throws Unmet */
export function checkField(play: Play, head: Head, check: FieldCheck, level: Level | undefined): void {
  if (check.onlyIfStatus !== undefined && statusOf(head) !== check.onlyIfStatus) return
  const name = check.field.toLowerCase()
  const values = valuesOf(head, name)
  if (check.ifPresent === true && values.length === 0) return
  const shown = values.length === 0 ? 'absent' : `"${values.join('", "').slice(0, 120)}"`
  const wanted = typeof check.value === 'string' ? check.value.replace('{subprotocol}', play.subject.values.get('subprotocol') ?? '') : ''
  const met =
    check.is === 'absent'
      ? values.length === 0
      : check.is === 'once'
        ? values.length === 1
        : check.is === 'equals'
          ? values.length === 1 && values[0] === wanted
          : check.is === 'equals-ignoring-case'
            ? values.length === 1 && values[0]!.toLowerCase() === wanted.toLowerCase()
            : check.is === 'contains-token'
              ? listOf(head, name).some((element) => element.toLowerCase() === wanted.toLowerCase())
              : check.is === 'matches'
                ? values.length > 0 && new RegExp(`^(?:${wanted})$`).test(values.join(', '))
                : check.is === 'one-of'
                  ? values.length === 1 && (check.value as readonly string[]).includes(values[0]!)
                  : values.length === 1 && values[0] === acceptOf(play.handshake.key)
  const isRepeated = play.row.end === 'server' && values.length > 1 && onceInResponse.includes(name)
  if (!met)
    throw play.unmet(
      `${check.field} is ${name === 'sec-websocket-accept' && check.is === 'accept' && values.length === 1 ? 'not the one of the key' : shown}`,
      level,
      isRepeated ? causeOf('always/head-once') : undefined,
    )
}
