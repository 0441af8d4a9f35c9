export const html = (_: unknown): string => ''
