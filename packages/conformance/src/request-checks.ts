import type { Level, RequestCheck } from './case.ts'
import { listOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import type { Play } from './play.ts'
import { causeOfRule } from './root-causes.ts'
import { rules } from './rules.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const extension = /^[!#$%&'*+\-.^_`|~\w]+(?:[ \t]*;[ \t]*[!#$%&'*+\-.^_`|~\w]+(?:[ \t]*=[ \t]*(?:[!#$%&'*+\-.^_`|~\w]+|"[!#$%&'*+\-.^_`|~\w]+"))?)*$/

/** Checks of a client's request that are more than one field's value. */
export const checkRequest: { readonly [K in RequestCheck]: (play: Play, head: Head, level: Level | undefined) => Promise<void> } = {
  async grammar(play, head, level) {
    if (!/^GET [!-~]+ HTTP\/1\.1$/.test(head.startLine))
      throw play.unmet(`the request line is "${head.startLine.slice(0, 120)}"`, level, causeOfRule(rules.startLine))
    if (head.malformed.length > 0) throw play.unmet(`a field line "${head.malformed[0]!.slice(0, 80)}"`, level, causeOfRule(rules.fields))
  },

  async host(play, head, level) {
    const host = valuesOf(head, 'host')
    const port = play.subject.values.get('port') ?? ''
    if (host.length !== 1 || !new RegExp(`^(?:127\\.0\\.0\\.1|localhost|\\[::1\\]|[A-Za-z0-9.-]+):${port}$`).test(host[0]!)) {
      throw play.unmet(`Host is ${host.length === 0 ? 'absent' : `"${host.join('", "')}"`}`, level)
    }
  },

  async key(play, head, level) {
    const keys = valuesOf(head, 'sec-websocket-key')
    if (keys.length !== 1)
      throw play.unmet(`${keys.length} Sec-WebSocket-Key field lines`, level, keys.length > 1 ? causeOfRule(rules.once) : undefined)
    const [key = ''] = keys
    if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) throw play.unmet('the key is not 16 bytes in base64', level)
    // So has an example in RFC 6455 section 4.1. A server may refuse it.
    if (Buffer.from(key, 'base64').toString('base64') !== key)
      play.warn('the padding of the key has bits that are not zero, against RFC 4648 section 3.5', undefined, 'info')
  },

  async 'subprotocol-list'(play, head, level) {
    const names = valuesOf(head, 'sec-websocket-protocol').flatMap((value) => value.split(',').map((name) => name.trim()))
    const wrong = names.find((name) => !token.test(name))
    if (wrong !== undefined) throw play.unmet(`the subprotocol "${wrong}" is no token`, level)
    if (new Set(names).size !== names.length) throw play.unmet('a subprotocol is offered twice', level)
  },

  async 'extension-list'(play, head, level) {
    const wrong = listOf(head, 'sec-websocket-extensions').find((element) => !extension.test(element))
    if (wrong !== undefined) throw play.unmet(`the extension offer "${wrong}" does not match the grammar`, level)
    for (const element of listOf(head, 'sec-websocket-extensions').filter((text) => text.startsWith('permessage-deflate'))) {
      const parameters = element
        .split(';')
        .slice(1)
        .map((text) => text.trim().replace(/[ \t]*=[ \t]*/, '='))
      const names = parameters.map((text) => text.split('=')[0]!)
      if (new Set(names).size !== names.length) throw play.unmet(`the offer "${element}" has a parameter twice`, level)
      const unknown = parameters.find(
        (text) =>
          !/^(?:(?:server|client)_no_context_takeover|server_max_window_bits="?(?:[89]|1[0-5])"?|client_max_window_bits(?:="?(?:[89]|1[0-5])"?)?)$/.test(
            text,
          ),
      )
      if (unknown !== undefined) throw play.unmet(`the offer has the parameter "${unknown}"`, level)
    }
  },

  async 'nothing-after'(play, _head, level) {
    const link = await play.link()
    const came = await link.until(() => (link.unread.length > 0 ? true : undefined), play.bounds.silenceMs * 3)
    if (came === true) throw play.unmet(`${link.unread.length} bytes came before the response`, level)
  },

  async 'no-content'(play, head, level) {
    const field = ['content-length', 'transfer-encoding'].find((name) => valuesOf(head, name).length > 0)
    if (field !== undefined) throw play.unmet(`the request has ${field}`, level)
  },
}
