/** The clients of the soak, a separate process. */
import { longestStall, takeCensus } from './census.ts'
import type * as Hawser from '../../packages/hawser/src/index.ts'
import { answer } from '../channel.ts'
import { Random } from './random.ts'
import { sessions } from './sessions.ts'
import type { Field } from './sessions.ts'

export interface Traffic {
  /** How often each kind of session ran. */
  readonly done: Readonly<Record<string, number>>
  readonly failures: readonly string[]
}

const setup = JSON.parse(process.argv[2] ?? 'null') as { hawser: string; ports: [number, number] }
const field: Field = { hawser: (await import(setup.hawser)) as typeof Hawser, ports: setup.ports }
const shares = sessions.flatMap((entry) => Array.from({ length: entry[1] }, () => entry))

let running: Promise<unknown> = Promise.resolve()
let stopping = false
let done: Record<string, number> = {}
let failures: string[] = []

let begun = 0

async function work(seed: number): Promise<void> {
  const random = new Random(seed)
  while (!stopping) {
    const [name, , session] = random.pick(shares)
    try {
      await session(field, random)
    } catch (error) {
      const { message, cause } = error as Error
      const because = cause === undefined ? '' : ` (${String(cause)})`
      if (failures.length < 10) failures.push(`${name} after ${Math.round(performance.now() - begun)} ms: ${message}${because}`)
    }
    done[name] = (done[name] ?? 0) + 1
  }
}

answer('ready', {
  census: takeCensus,
  longestStall,
  begin({ seed, workers }: { seed: number; workers: number }): void {
    begun = performance.now()
    stopping = false
    done = {}
    failures = []
    running = Promise.all(Array.from({ length: workers }, (_, i) => work(seed * 1_000 + i)))
  },
  async end(): Promise<Traffic> {
    stopping = true
    await running
    return { done, failures }
  },
})
