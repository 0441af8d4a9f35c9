import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { DoubleServer } from '../doubles/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'conformance-'))
after(() => rmSync(folder, { recursive: true }))

/** A file in a folder that goes with the test. */
export const place = (name: string): string => join(folder, name)
export const json = <T>(text: string): T => JSON.parse(text) as T

/** `--only` for each. */
export const only = (...ids: string[]): string[] => ids.flatMap((id) => ['--only', id])

export async function withServer<T>(mutants: readonly string[], use: (url: string) => Promise<T>): Promise<T> {
  const server = new DoubleServer({ mutants })
  try {
    return await use(await server.listen())
  } finally {
    await server.close()
  }
}
