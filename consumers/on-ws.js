/** Loaded with `--import`: gives every program `ws` itself, for the comparison. */
import Module, { createRequire, register } from 'node:module'

const { resolve } = createRequire(import.meta.url)
const original = resolve('ws-original')
const { _resolveFilename: resolveFilename } = Module
Module._resolveFilename = function (request, ...rest) {
  return request === 'ws' ? original : resolveFilename.call(this, request, ...rest)
}
register('./on-ws-hooks.js', import.meta.url)
