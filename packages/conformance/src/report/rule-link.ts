/**
 * The address of the section that a case cites, with its anchor: `RFC 6455 section 5.2` is in the RFC Editor's HTML.
 * @returns undefined for a text that has no such page
 */
export function ruleLink(section: string): string | undefined {
  const [, rfc, number] = /^RFC (\d+) sections? ([\d.]+\d|\d)/.exec(section) ?? []
  if (rfc !== undefined) return `https://www.rfc-editor.org/rfc/rfc${rfc}.html#section-${number}`
  return section.startsWith('WHATWG WebSockets') ? 'https://websockets.spec.whatwg.org/' : undefined
}
