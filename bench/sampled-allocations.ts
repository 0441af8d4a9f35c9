/** Where a Node process allocates, by V8's sampling heap profiler: also what is collected soon. Memory outside the heap is not in it. */
export interface Allocation {
  /** The function, and its file and line. */
  readonly where: string
  readonly bytes: number
}

interface Node {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly selfSize: number
  readonly children: readonly Node[]
}

/** The part of an inspector's session that is used. */
interface Session {
  connect(): void
  disconnect(): void
  post(method: string, parameters: object, done?: (error: Error | null, result: { readonly profile: { readonly head: Node } }) => void): void
}

/** Bytes between two samples, on average. */
const samplingInterval = 128

let session: Session | undefined

export async function watchAllocations(): Promise<void> {
  const { Session } = (await import('node:inspector')) as unknown as { Session: new () => Session }
  session = new Session()
  session.connect()
  session.post('HeapProfiler.startSampling', {
    samplingInterval,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
}

/** What each function itself has allocated since `watchAllocations`, the largest first. */
export function allocations(): Promise<readonly Allocation[]> {
  return new Promise((resolve, reject) => {
    session?.post('HeapProfiler.stopSampling', {}, (error, result) => {
      session?.disconnect()
      if (error !== null) {
        reject(error)
        return
      }
      const sizes = new Map<string, number>()
      const add = ({ callFrame: { functionName, url, lineNumber }, selfSize, children }: Node, caller: string): void => {
        const name = functionName === '' ? '(anonymous)' : functionName
        // What the runtime's own functions allocate tells little without their caller.
        const where = url === '' ? `${name}, called by ${caller}` : `${name} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
        sizes.set(where, (sizes.get(where) ?? 0) + selfSize)
        for (const child of children) add(child, where)
      }
      add(result.profile.head, '')
      resolve([...sizes].map(([where, bytes]) => ({ where, bytes })).sort((a, b) => b.bytes - a.bytes))
    })
  })
}
