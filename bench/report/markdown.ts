export const markdown = (_: unknown): string => ''
