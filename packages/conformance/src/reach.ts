import type { Socket } from 'node:net'
import { dial } from './dial.ts'
import type { DialOptions } from './dial.ts'
import { Unmet } from './result.ts'
import { generalCauses } from './root-causes.ts'

/** A connection to a server under test, for a case. @throws Unmet when none comes about */
export async function reach(target: URL, options: DialOptions): Promise<Socket> {
  return dial(target, options).catch((error: Error) => {
    throw new Unmet(`no connection to ${target.host}: ${error.message}`, 'must', generalCauses.unreachable)
  })
}
