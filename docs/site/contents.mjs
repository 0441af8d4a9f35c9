/** The contents of the site: the entry points of the published packages, and the pages. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The library comes first. */
const packages = readdirSync(join(root, 'packages')).sort((one, other) => Number(other === 'hawser') - Number(one === 'hawser'))

/** Every import path of every package that has types, with the source that it is compiled from. */
export const entryPoints = packages.flatMap((folder) => {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
  return Object.entries(exports ?? {}).flatMap(([subpath, target]) => {
    const file = typeof target === 'string' ? target : (target.import ?? target.default ?? target.types)
    // `@hawser/ws` has the API of another package, whose documentation describes it; its declarations are written by hand.
    if (typeof file !== 'string') return []
    const source = join(root, 'packages', folder, file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'))
    if (!source.endsWith('.ts')) return []
    if (!existsSync(source)) throw new Error(`${name}: no source for ${subpath} (looked for ${source})`)
    return [{ packageName: name, specifier: name + subpath.slice(1), source }]
  })
})

/** Pages of the site in order, by group; a page of docs/ that is not named here is listed last in its group. */
const order = [
  'guide',
  'streams',
  'ws',
  'ws-differences',
  'doctor',
  'errors',
  'limits',
  'compression',
  'http2',
  'runtimes',
  'command',
  'metrics',
  'scaling',
  'conformance',
  'conformance-languages',
]
/** Reference pages. */
const figures = ['benchmarks', 'curves', 'speed', 'profiling', 'endurance', 'requirements', 'deviations', 'advisories']
const project = ['CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']

/** Titles for pages whose heading is long or the same as that of another page. */
const titles = { curves: 'Benchmarks: how cost grows', speed: 'Speed', requirements: 'Requirements' }

const stem = (path) => basename(path, '.md')
const rank = (path) => (order.includes(stem(path)) ? order.indexOf(stem(path)) : order.length)

export const documents = [
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
    .map((name) => ({ path: join(root, 'docs', name), group: figures.includes(stem(name)) ? 'Reference pages' : 'Using hawser' })),
  ...project.map((name) => ({ path: join(root, name), group: 'The project' })),
].map(({ path, group }) => ({ path, group, name: stem(path), title: titleOf(path) }))

function titleOf(path) {
  if (titles[stem(path)] !== undefined) return titles[stem(path)]
  const [, title] = /^# (.+)$/m.exec(readFileSync(path, 'utf8')) ?? []
  if (title === undefined) throw new Error(`${relative(root, path)} has no heading to take its title from`)
  return title
}
