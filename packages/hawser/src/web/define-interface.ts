/**
 * Gives a class what Web IDL gives an interface and a class does not: enumerable members (section 3.7), constants on the interface object and its
 * prototype (section 3.7.5), the class string (section 3.7.3), and its name: that of a class may be another,
 * and a minifier shortens it. Every public member of the class is one of the interface.
 */
export function defineInterface(constructor: { readonly prototype: object }, name: string, constants: Readonly<Record<string, number>> = {}): void {
  const { prototype } = constructor
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== 'constructor') Object.defineProperty(prototype, member, { enumerable: true })
  }
  for (const [constant, value] of Object.entries(constants)) {
    for (const target of [constructor, prototype]) Object.defineProperty(target, constant, { value, enumerable: true })
  }
  Object.defineProperty(constructor, 'name', { value: name, configurable: true })
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true })
}
