/** The table of runtimes by ability, made of the results of tests. */
import { bunCapabilities, denoCapabilities, workersCapabilities } from '../packages/hawser/src/fetch/capabilities.ts'
import { browsers } from '../packages/hawser/test/contract/abilities.ts'
import type { Ability } from '../packages/hawser/test/contract/abilities.ts'

/** Whether each test passed, by its title; undefined where it was skipped. */
export type Results = ReadonlyMap<string, boolean | undefined>

/** A runtime, a browser, or a platform of `hawser/fetch`. */
export interface Column {
  readonly name: string
  readonly results: Results
  /** The cells that the page has already, by ability, in place of results: the program that gives them is not installed. */
  readonly kept?: ReadonlyMap<string, string>
}

const platforms = [bunCapabilities, denoCapabilities, workersCapabilities]

/** Results in the Test Anything Protocol by suite; those outside of a suite are in `''`. */
export function readTap(text: string): Map<string, Map<string, boolean | undefined>> {
  const suites = new Map<string, Map<string, boolean | undefined>>()
  let inner = new Map<string, boolean | undefined>()
  for (const line of text.split('\n')) {
    const [, indent = '', not, title = '', skipped] = /^( *)(not )?ok \d+ - (.*?)( # SKIP.*)?$/.exec(line) ?? []
    if (title === '') continue
    // Escapes of TAP.
    const name = title.replaceAll(/\\([#\\])/g, '$1')
    const result = skipped === undefined ? not === undefined : undefined
    if (indent !== '') inner.set(name, result)
    else if (inner.size > 0) {
      suites.set(name, inner)
      inner = new Map()
    } else {
      const outer = suites.get('') ?? new Map<string, boolean | undefined>()
      suites.set('', outer.set(name, result))
    }
  }
  return suites
}

/** Results in JUnit's XML. */
export function readJunit(text: string): Map<string, Map<string, boolean | undefined>> {
  const results = new Map<string, boolean | undefined>()
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", amp: '&' }
  for (const [, name = '', end, content = ''] of text.matchAll(/<testcase name="([^"]*)"[^>]*?(?:(\/)>|>([\s\S]*?)<\/testcase>)/g)) {
    const title = name.replaceAll(/&(#?\w+);/g, (whole, entity: string) => entities[entity] ?? whole)
    results.set(title, end !== undefined || !/<(?:failure|error|skipped)/.test(content) ? true : content.includes('<skipped') ? undefined : false)
  }
  return new Map([['', results]])
}

/** `yes` where the test passed, `no` where it failed, or what shows the absence passed, or the platform says that it lacks the ability; `–` without a test. */
export function abilityTable(abilities: readonly Ability[], columns: readonly Column[]): string {
  const cell = (ability: Ability, { name, results, kept }: Column): string => {
    if (kept !== undefined) return kept.get(ability.name) ?? '–'
    const { contract, fetch, capability, page, pageWithout } = ability
    const platform = platforms.find((one) => one.platform === name)
    const isBrowser = browsers.some((browser) => browser === name)
    const title = isBrowser ? page : platform === undefined ? contract : fetch
    if (platform !== undefined && capability !== undefined && platform[capability] === false) return 'no'
    if (isBrowser && pageWithout !== undefined && results.get(pageWithout) === true) return 'no'
    if (title === undefined || !results.has(title)) return '–'
    return results.get(title) === true ? 'yes' : 'no'
  }
  const head = columns.map(({ name }) => (platforms.some(({ platform }) => platform === name) ? `\`hawser/fetch\` on ${name}` : name))
  return [
    `| ability | ${head.join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...abilities.map((ability) => `| ${ability.name} | ${columns.map((column) => cell(ability, column)).join(' | ')} |`),
  ].join('\n')
}

/** The cells of one column of a table, by ability. */
export function cellsOf(table: string, name: string): Map<string, string> {
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const index = rows.find(([, first]) => first === 'ability')?.indexOf(name) ?? -1
  return new Map(index === -1 ? [] : rows.map((row) => [row[1] ?? '', row[index] ?? '']))
}
