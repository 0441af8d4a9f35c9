/** Counts what a Node process allocates, by the counters of its heap; Bun and Deno have none of this kind. */
import * as v8 from 'node:v8'

type Counters = readonly [heap: number, external: number]

interface Collection {
  readonly beforeGC: { readonly heapStatistics: { readonly usedHeapSize: number; readonly externalMemory: number } }
  readonly afterGC: { readonly heapStatistics: { readonly usedHeapSize: number; readonly externalMemory: number } }
}

interface Profiler {
  start(): void
  stop(): { readonly statistics: readonly Collection[] }
}

const Profiler = (v8 as { GCProfiler?: new () => Profiler }).GCProfiler
const isNode = process.versions['bun'] === undefined && !('Deno' in globalThis)

/** With these the counters are right when a collection ends; helper threads would free memory unnoticed between two of them. */
const sweeping = ['concurrent-sweeping', 'concurrent-array-buffer-sweeping'] as const

function counters(): Counters {
  const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics()
  return [heap, external ?? 0]
}

let running: { readonly profiler: Profiler; readonly start: Counters } | undefined

export function watchGarbage(): void {
  if (!isNode || Profiler === undefined) return
  for (const flag of sweeping) v8.setFlagsFromString(`--no-${flag}`)
  const profiler = new Profiler()
  profiler.start()
  running = { profiler, start: counters() }
}

/** Bytes allocated in the heap and outside it since `watchGarbage`, whether they live on or not; undefined where nothing counts them. */
export function garbage(): number | undefined {
  if (running === undefined) return undefined
  const end = counters()
  const { statistics } = running.profiler.stop()
  for (const flag of sweeping) v8.setFlagsFromString(`--${flag}`)
  let [heap, external] = running.start
  let allocated = 0
  for (const { beforeGC, afterGC } of statistics) {
    allocated += beforeGC.heapStatistics.usedHeapSize - heap + beforeGC.heapStatistics.externalMemory - external
    heap = afterGC.heapStatistics.usedHeapSize
    external = afterGC.heapStatistics.externalMemory
  }
  running = undefined
  return allocated + end[0] - heap + end[1] - external
}
