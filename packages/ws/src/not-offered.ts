/** The error for a part of `ws` that this package does not have. */
export function notOffered(what: string, instead: string): TypeError {
  return new TypeError(`@hawser/ws does not offer ${what}: ${instead} (docs/ws-differences.md)`)
}

function refuse(name: string, instead: string): new () => never {
  function Refused(): never {
    throw notOffered(`the class ${name}`, instead)
  }
  return Object.defineProperty(Refused, 'name', { value: name }) as unknown as new () => never
}

function refuseFunctions(name: string, instead: string): { readonly parse: () => never; readonly format: () => never } {
  const throwing = (): never => {
    throw notOffered(`${name}.parse and ${name}.format`, instead)
  }
  return Object.freeze({ parse: throwing, format: throwing })
}

export const Receiver: new () => never = refuse('Receiver', '`Connection` of hawser/protocol reads frames')
export const PerMessageDeflate: new () => never = refuse('PerMessageDeflate', '`permessageDeflate` of hawser is the extension')
export const extension: { readonly parse: () => never; readonly format: () => never } = refuseFunctions(
  'extension',
  '`parseExtensions` and `serializeExtensions` of hawser/handshake do that',
)
export const subprotocol: { readonly parse: () => never; readonly format: () => never } = refuseFunctions(
  'subprotocol',
  '`parseSubprotocols` of hawser/handshake does that',
)
