/** Checks the imports of every package against the table "Who may import whom" of ARCHITECTURE.md, and finds cycles. */
import { posix } from 'node:path'
import { conclude, filesUnder, packages, read } from './sources.ts'

interface Layer {
  readonly name: string
  readonly allowed: readonly string[]
  /** Places of which only types may be imported. */
  readonly typesOf: readonly string[]
  readonly everything: boolean
  readonly platform: boolean
}

function readTable(): Layer[] {
  const section = read('ARCHITECTURE.md').split('## Who may import whom')[1] ?? ''
  const layers: Layer[] = []
  for (const line of section.split('\n')) {
    const cells = /^\| ([^|]+) \| ([^|]+) \|$/.exec(line.trim())
    if (cells === null || cells[1] === 'folder' || cells[1]?.startsWith('---')) continue
    const allowed =
      (cells[2] ?? '')
        .split(';')[0]
        ?.split(',')
        .map((part) => part.trim()) ?? []
    for (const name of (cells[1] ?? '').split(',').map((part) => part.trim())) {
      layers.push({
        name,
        allowed: allowed.filter((part) => part !== 'nothing' && part !== 'node:*' && !part.startsWith('types of ')),
        typesOf: allowed.filter((part) => part.startsWith('types of ')).map((part) => part.slice('types of '.length)),
        everything: allowed.includes('everything'),
        platform: allowed.includes('node:*') || allowed.includes('everything'),
      })
    }
  }
  return layers
}

const layers = readTable()
const complaints: string[] = []
if (layers.length < 10) complaints.push('ARCHITECTURE.md has no readable table "Who may import whom"')

/** A folder of the library is named from `packages/hawser/src` on, one of another package from the root on. */
const placeOf = (file: string): string => file.replace(/^packages\/hawser\/src\//, '')

/** The most specific row for this file. */
function layerOf(file: string): Layer | undefined {
  const path = placeOf(file)
  return layers.filter(({ name }) => within(path, name)).sort((a, b) => b.name.length - a.name.length)[0]
}

const within = (path: string, place: string): boolean => path === place || path === `${place}.ts` || path.startsWith(`${place}/`)

const importPattern = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:([^'"`;]*?)\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g

/** Whether every name between braces is marked `type`: nothing of such an import is left at run time. */
const namesOnlyTypes = (clause: string | undefined): boolean => clause !== undefined && /^\{(\s*type\s[^,}]+,?)+\s*\}$/.test(clause.trim())

const graph = new Map<string, string[]>()
let count = 0
const files = packages.flatMap((folder) => [...filesUnder(`${folder}/src`, '.ts'), ...filesUnder(`${folder}/src`, '.js')])
for (const file of files) {
  const layer = layerOf(file)
  const edges: string[] = []
  graph.set(file, edges)
  if (layer === undefined) {
    complaints.push(`${file} stands in no row of the table`)
    continue
  }
  for (const [, typeKeyword, clause, statically, dynamically] of read(file).matchAll(importPattern)) {
    const typeOnly = typeKeyword !== undefined || namesOnlyTypes(clause)
    const specifier = statically ?? dynamically ?? ''
    count += 1
    if (specifier.startsWith('node:')) {
      if (!layer.platform) complaints.push(`${file} imports ${specifier}: ${layer.name} may not`)
      continue
    }
    if (!specifier.startsWith('.')) {
      if (!layer.allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
        complaints.push(`${file} imports ${specifier}: ${layer.name} may not`)
      }
      continue
    }
    const target = posix.normalize(posix.join(posix.dirname(file), specifier))
    // The library is a tree: no two of its files import each other, not even types.
    if (dynamically === undefined && (!typeOnly || file.startsWith('packages/hawser/'))) edges.push(target)
    const path = placeOf(target)
    if (layer.everything || within(path, layer.name)) continue
    if (layer.allowed.some((place) => within(path, place))) continue
    const takesTypes = layer.typesOf.some((place) => within(path, place))
    if (!takesTypes) complaints.push(`${file} imports ${target}: ${layer.name} may not`)
    else if (!typeOnly) complaints.push(`${file} imports values of ${target}: ${layer.name} may import its types only`)
  }
}

const state = new Map<string, 'open' | 'done'>()
function visit(file: string, trail: readonly string[]): void {
  if (state.get(file) === 'done') return
  if (state.get(file) === 'open') {
    complaints.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}`)
    return
  }
  state.set(file, 'open')
  for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
  state.set(file, 'done')
}
for (const file of files) visit(file, [])

conclude('imports', complaints, `${count} imports of ${files.length} files obey ARCHITECTURE.md, no cycles`)
