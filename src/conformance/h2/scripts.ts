import type { Exchange } from '../exchange.ts'
import { Unsupported } from '../result.ts'
import type { Bounds } from '../run-case.ts'

export interface H2Context {
  readonly insecure: boolean
  readonly bounds: Bounds
  readonly exchange: Exchange
  readonly values: ReadonlyMap<string, string>
}

export async function runH2Script(script: string, _target: URL, _context: H2Context): Promise<void> {
  throw new Unsupported(`needs h2 (${script})`)
}
