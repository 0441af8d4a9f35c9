/** The part of on-ws.js for `import`. */
export function resolve(specifier, context, next) {
  return specifier === 'ws' ? next('ws-original', { ...context, parentURL: import.meta.url }) : next(specifier, context)
}
