/** Every condition has a section, every section a condition, and the sections quote what the other libraries really say. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConnectionError, HandshakeError, connect, serve } from '../../packages/hawser/src/index.ts'
import { conditionPages, linkOf } from '../../packages/hawser/src/core/conditions.ts'
import type { HandshakeStage } from '../../packages/hawser/src/index.ts'
import { filesUnder, read } from '../../scripts/sources.ts'

const pageOf = conditionPages()
const pages = [...new Set(pageOf.values())]

function sectionsOf(page: string): ReadonlyMap<string, string> {
  return new Map(
    read(`docs/${page}.md`)
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
  )
}

describe('the pages of errors', () => {
  test('have one section for each condition, and no other', () => {
    for (const page of pages) {
      const conditions = [...pageOf].filter(([, its]) => its === page).map(([condition]) => condition)
      assert.deepEqual([...sectionsOf(page).keys()].sort(), conditions.sort(), page)
    }
  })

  test('say what to do in each section, and for the failures that a page can see, what browsers say', () => {
    for (const page of pages) {
      for (const [condition, section] of sectionsOf(page)) {
        const paragraphs = section.trim().split('\n\n').slice(1)
        assert.ok((paragraphs.at(-1) ?? '').length > 20 && !(paragraphs.at(-1) ?? '').startsWith('- '), `${condition} says not what to do`)
        const words = [...section.matchAll(/^- (Chromium|Firefox|Safari): /gm)].map(([, browser]) => browser)
        assert.ok(words.length === 0 || words.includes('Chromium') || words.includes('Safari'), condition)
      }
    }
    for (const condition of pageOf.keys()) {
      if (!/^(?:status|dns|tcp|tls|accept|subprotocol)-|^response-(?!option)/.test(condition)) continue
      const section = sectionsOf('errors-handshake').get(condition) ?? ''
      for (const browser of ['Chromium', 'Firefox', 'Safari']) assert.match(section, new RegExp(`^- ${browser}: \`|^- ${browser}: `, 'm'), condition)
    }
  })

  test('name no condition that nothing causes', () => {
    const sources = filesUnder('packages/hawser/src', '.ts').filter((file) => !file.endsWith('core/conditions.ts'))
    const code = sources.map((file) => read(file)).join('\n')
    for (const condition of pageOf.keys()) assert.ok(code.includes(`'${condition}'`), condition)
  })

  test('lie in the repository that package.json names as the homepage', () => {
    const { homepage } = JSON.parse(read('packages/hawser/package.json')) as { homepage: string }
    for (const [condition, page] of pageOf) {
      const link = linkOf(page, condition as Parameters<typeof linkOf>[1])
      assert.equal(link, `${homepage.replace(/#.*/, '')}/blob/main/docs/${page}.md#${condition}`)
    }
  })

  test('quote undici and ws as their sources have it', () => {
    const library = (folder: string): string =>
      filesUnder(`node_modules/${folder}/lib`, '.js')
        .map((file) => read(file))
        .join('\n')
    const sources: Record<string, string> = { 'undici, Node': library('undici'), ws: library('ws') }
    /** Sentences of node:net, node:tls and the parser, which both libraries pass on. */
    const platform =
      /ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EADDRNOTAVAIL|EMFILE|certificate|altnames|version|packet length|alert|Parse Error|socket hang up|stored block|data check|`close` event|Invalid URL/
    for (const page of pages) {
      for (const [condition, section] of sectionsOf(page)) {
        for (const [, who = '', line = ''] of section.matchAll(/^- (undici, Node|ws): (.*)$/gm)) {
          if (platform.test(line)) continue
          for (const [, words = ''] of line.matchAll(/`([^`]+)`/g)) {
            // Where the library inserts a value, or adds a prefix, the longest part of its own is looked up
            const parts = words.split(/Invalid WebSocket frame: |: | \(CLOSED\)| \d+$/).filter((part) => part !== '')
            const part = parts.sort((one, other) => other.length - one.length)[0] ?? ''
            assert.ok(sources[who]?.includes(part), `${condition}: ${who} does not say ${JSON.stringify(part)}`)
          }
        }
      }
    }
  })
})

test('every error leads to its section', () => {
  const stages: readonly HandshakeStage[] = [
    ...(['url', 'dns', 'tcp', 'proxy', 'tls', 'settings', 'request', 'response'] as const),
    ...(['redirect', 'accept', 'subprotocol', 'extensions', 'timeout', 'aborted'] as const),
  ]
  for (const stage of stages) {
    const error = new HandshakeError('m', { stage, fault: 'network' })
    assert.equal(error.url, linkOf('errors-handshake', error.condition))
    assert.equal(pageOf.get(error.condition), 'errors-handshake')
  }
  for (const closeCode of [1002, 1006, 1007, 1008, 1009, 1011, 1013, 4000]) {
    const error = new ConnectionError('m', { fault: 'peer', closeCode })
    assert.equal(error.url, linkOf('errors-connection', error.condition))
    assert.equal(pageOf.get(error.condition), 'errors-connection')
  }
})

test('a refusal leads to its section in its Link field and its last line, and a response of the application does not', async () => {
  const refused: string[] = []
  const server = await serve({
    port: 0,
    paths: ['/chat', '/no'],
    message() {},
    upgrade: ({ path }) => (path === '/no' ? new Response('no', { status: 403 }) : {}),
    refused: ({ condition }) => refused.push(condition),
  })
  const failure = async (path: string, options = {}): Promise<HandshakeError> => {
    const error: unknown = await connect(new URL(path, server.url), options).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof HandshakeError)
    return error
  }
  const link = (error: HandshakeError): string | undefined => error.response?.fields.find(([name]) => name.toLowerCase() === 'link')?.[1]
  const lost = await failure('/elsewhere')
  assert.equal(lost.condition, 'status-404')
  assert.equal(link(lost), `<${linkOf('errors-refusals', 'request-path')}>; rel="help"`)
  assert.ok(
    Buffer.from(lost.response?.body ?? [])
      .toString()
      .endsWith(`\nHelp: ${linkOf('errors-refusals', 'request-path')}\n`),
  )
  const foreign = await failure('/chat', { origin: 'https://other.example' })
  assert.equal(link(foreign), `<${linkOf('errors-refusals', 'request-origin')}>; rel="help"`)
  assert.equal(link(await failure('/no')), undefined)
  assert.deepEqual(refused, ['request-path', 'request-origin', 'server-hook-refused'])
  await server.close()
})
