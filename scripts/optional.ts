/**
 * Programs that tests use if they are installed. A test that needs one passes `skip: missing('curl')` to node:test.
 * `HAWSER_WITHOUT=all`, or a list such as `chromium,runtimes`, hides them as if they were not installed; `HAWSER_REQUIRE=all` turns their
 * absence into an error (`.ci/run`). No other file may contain the path of one of them.
 */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { root } from './sources.ts'

const debian = (name: string): string => `apt-get install ${name}`

/** How to find each one, and how to install it. */
const programs = {
  chromium: [process.env['HAWSER_CHROMIUM'] ?? 'chromium', `${debian('chromium')}, or set HAWSER_CHROMIUM to its path`],
  curl: ['curl', debian('curl')],
  openssl: ['openssl', debian('openssl')],
  nginx: ['nginx', debian('nginx')],
  apache2: ['apache2', debian('apache2-bin')],
  haproxy: ['haproxy', debian('haproxy')],
  libwebsockets: ['libwebsockets-test-server', debian('libwebsockets-test-server')],
  'python3-websockets': ['/usr/lib/python3/dist-packages/websockets', debian('python3-websockets')],
  typedoc: [join(root, 'docs/site/node_modules/typedoc'), 'npm ci --ignore-scripts --prefix docs/site, or npm run docs'],
  runtimes: [join(root, 'runtimes/node_modules'), 'npm ci --ignore-scripts --prefix runtimes'],
} as const satisfies Record<string, readonly [name: string, install: string]>

/** The interpreter that sees Debian's packages; another may come first on the PATH. */
export const debianPython = '/usr/bin/python3'

export type OptionalProgram = keyof typeof programs

const list = (variable: string): string[] => (process.env[variable] ?? '').split(',').map((name) => name.trim())

function isListed(variable: string, name: string): boolean {
  return list(variable).some((listed) => listed === name || listed === 'all')
}

for (const variable of ['HAWSER_WITHOUT', 'HAWSER_REQUIRE']) {
  for (const name of list(variable)) {
    if (!['', 'all', ...Object.keys(programs)].includes(name)) {
      throw new Error(`unknown program "${name}" in ${variable} (known: all, ${Object.keys(programs).join(', ')})`)
    }
  }
}

/**
 * The path of an installed program, undefined if it is not installed. Names are looked up on the PATH and in the folder in which Debian
 * installs servers.
 */
export function pathOf(name: OptionalProgram): string | undefined {
  const wanted: string = programs[name][0]
  if (wanted.includes('/')) return existsSync(wanted) ? wanted : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, wanted)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * The value for `skip` of node:test: false if the program is installed, otherwise the reason.
 * @throws Error if it is missing and `HAWSER_REQUIRE` names it
 */
export function missing(name: OptionalProgram): string | false {
  const isHidden = isListed('HAWSER_WITHOUT', name)
  if (!isHidden && pathOf(name) !== undefined) return false
  const reason = isHidden ? `${name} is hidden by HAWSER_WITHOUT` : `${name} is not installed (${programs[name][1]})`
  if (isListed('HAWSER_REQUIRE', name)) throw new Error(reason)
  return `NOT TESTED: ${reason}`
}
