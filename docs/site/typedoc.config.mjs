/** TypeDoc's configuration. Entry points are read from `exports` of each package.json, so that none can be missing from the reference. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OptionDefaults } from 'typedoc'
import { documents, entryPoints } from './contents.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const { version } = JSON.parse(readFileSync(here('../../packages/hawser/package.json'), 'utf8'))

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: `hawser ${version}`,
  plugin: [here('./plugin.mjs')],
  tsconfig: here('./tsconfig.json'),
  entryPoints: entryPoints.map(({ source }) => source),
  projectDocuments: documents.map(({ path }) => path),
  readme: here('../../README.md'),
  out: here('./dist'),
  router: 'hawser',
  theme: 'hawser',
  basePath: here('../..'),
  displayBasePath: here('../..'),

  // `npm run types` finds type errors.
  skipErrorChecking: true,

  // Links to sources do not depend on the checkout's remote, so that a build from an archive is the same.
  disableGit: true,
  gitRevision: 'main',
  sourceLinkTemplate: 'https://github.com/hawser-ws/hawser/blob/{gitRevision}/{path}#L{line}',

  // Anything exported and undocumented, and any link that leads nowhere, fails the build; plugin.mjs checks the members of exports.
  treatWarningsAsErrors: true,
  validation: { notExported: false, invalidLink: true, invalidPath: false, rewrittenLink: true, notDocumented: true, unusedMergeModuleWith: true },
  requiredToBeDocumented: ['Module', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias'],
  packagesRequiringDocumentation: [...new Set(entryPoints.map(({ packageName }) => packageName))],
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,

  // Tags of the limits, from which scripts/limit-tables.ts makes the tables of the pages.
  blockTags: [...OptionDefaults.blockTags, '@why', '@beyond'],
  searchInComments: true,
  searchInDocuments: true,
  searchGroupBoosts: { Functions: 3, Classes: 2 },
  sort: ['kind', 'alphabetical'],
  sortEntryPoints: false,
  includeVersion: false,
  includeHierarchySummary: false,
  hideGenerator: true,
  githubPages: true,
  navigation: { includeCategories: false, includeGroups: true, includeFolders: false, compactFolders: false, excludeReferences: true },
  groupOrder: ['Using hawser', 'Reference pages', 'The project', 'Modules', 'Functions', 'Classes', '*', 'References'],
  highlightLanguages: [
    ...['typescript', 'javascript', 'shellscript', 'json', 'nginx', 'apache', 'docker', 'html', 'http', 'yaml', 'ini'],
    ...['c', 'cpp', 'csharp', 'elixir', 'go', 'haskell', 'java', 'lua', 'perl', 'php', 'python', 'ruby', 'rust'],
  ],
  ignoredHighlightLanguages: ['text', 'haproxy', 'caddyfile'],
  headings: { readme: false },
  favicon: here('./favicon.svg'),
  customCss: here('./site.css'),
}
