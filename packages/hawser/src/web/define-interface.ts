/**
 * Gives a class what Web IDL gives an interface and a class does not: enumerable members (section 3.7), constants on the interface object and its
 * prototype (section 3.7.5), and the class string (section 3.7.3).
 */
export function defineInterface(
  constructor: { readonly prototype: object },
  name: string,
  constants: Readonly<Record<string, number>>,
  members: readonly string[],
): void {
  const { prototype } = constructor
  for (const [constant, value] of Object.entries(constants)) {
    Object.defineProperty(prototype, constant, { value, enumerable: true })
    Object.defineProperty(constructor, constant, { value, enumerable: true, writable: false, configurable: false })
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true })
  for (const member of members) Object.defineProperty(prototype, member, { enumerable: true })
}
