/** Prints the CPU time of profiles by function: `node --import tsx bench/profile.ts DIR [lines]`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { functionName: string; url: string; lineNumber: number } }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const folder = process.argv[2] ?? '.'
const lines = Number(process.argv[3] ?? 25)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const where = url === '' ? '' : ` ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
      return [id, `${functionName === '' ? '(anonymous)' : functionName}${where}`]
    }),
  )
  const self = new Map<string, number>()
  for (const [i, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '?'
    self.set(name, (self.get(name) ?? 0) + (profile.timeDeltas[i] ?? 0))
  }
  self.delete('(idle)')
  const total = [...self.values()].reduce((sum, value) => sum + value, 0)
  console.log(`${file}: ${(total / 1e6).toFixed(2)} s of CPU`)
  const sorted = [...self].sort((a, b) => b[1] - a[1]).slice(0, lines)
  for (const [name, micros] of sorted) console.log(`  ${((100 * micros) / total).toFixed(1).padStart(5)} %  ${name}`)
}
