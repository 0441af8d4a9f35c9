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

/** Too large for every CI: tried where it is installed, and not required by `HAWSER_REQUIRE=all`. */
const extra = 'extra'

/** How to find each one, and how to install it. */
const programs = {
  chromium: [process.env['HAWSER_CHROMIUM'] ?? 'chromium', `${debian('chromium')}, or set HAWSER_CHROMIUM to its path`],
  firefox: ['firefox-esr', debian('firefox-esr')],
  curl: ['curl', debian('curl')],
  valgrind: ['valgrind', debian('valgrind')],
  openssl: ['openssl', debian('openssl')],
  nginx: ['nginx', debian('nginx')],
  apache2: ['apache2', debian('apache2-bin')],
  haproxy: ['haproxy', debian('haproxy')],
  caddy: ['caddy', debian('caddy')],
  'redis-server': ['redis-server', debian('redis-server')],
  microsocks: ['microsocks', debian('microsocks')],
  tinyproxy: ['tinyproxy', debian('tinyproxy-bin')],
  'python3-websockets': ['/usr/lib/python3/dist-packages/websockets', debian('python3-websockets')],
  'libmojolicious-perl': ['/usr/share/perl5/Mojolicious.pm', debian('libmojolicious-perl')],
  'ruby-faye-websocket': ['/usr/lib/ruby/vendor_ruby/faye/websocket.rb', debian('ruby ruby-em-websocket ruby-faye-websocket')],
  'lua-http': ['/usr/share/lua/5.1/http/websocket.lua', debian('lua5.1 lua-http')],
  'libwebsockets-dev': ['/usr/include/libwebsockets.h', debian('gcc libwebsockets-dev libssl-dev'), extra],
  'libwebsocketpp-dev': ['/usr/include/websocketpp/server.hpp', debian('g++ libwebsocketpp-dev libasio-dev'), extra],
  'golang-github-gorilla-websocket-dev': [
    '/usr/share/gocode/src/github.com/gorilla/websocket',
    debian('golang-go golang-github-gorilla-websocket-dev'),
    extra,
  ],
  'libtomcat10-embed-java': [
    '/usr/share/java/tomcat10-embed-websocket.jar',
    debian('default-jdk-headless libtomcat10-embed-java libjakarta-annotation-api-java'),
    extra,
  ],
  'libghc-websockets-dev': ['/usr/share/doc/libghc-websockets-dev', debian('ghc libghc-websockets-dev libghc-network-uri-dev'), extra],
  typedoc: [join(root, 'docs/site/node_modules/typedoc'), 'npm ci --ignore-scripts --prefix docs/site, or npm run docs'],
  runtimes: [join(root, 'runtimes/node_modules'), 'npm ci --ignore-scripts --prefix runtimes'],
} as const satisfies Record<string, readonly [name: string, install: string, extra?: typeof extra]>

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
  const isExtra = programs[name].length === 3
  if (isExtra ? list('HAWSER_REQUIRE').includes(name) : isListed('HAWSER_REQUIRE', name)) throw new Error(reason)
  if (isExtra) return `NOT REQUIRED: ${reason}`
  return `NOT TESTED: ${reason}`
}
