/** The same arbitrary order every time. */
export function seededOrder(items: readonly string[], salt: string): string[] {
  const hash = (text: string): number => {
    let state = 2166136261
    for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 16777619) >>> 0
    return state
  }
  return [...items].sort((a, b) => hash(salt + a) - hash(salt + b))
}
