import assert from 'node:assert/strict'
import { MessageError } from '../../../src/core/errors.ts'

/** The MessageError that `run` throws; nothing and any other error fail the test. */
export function caught(run: () => unknown): MessageError {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof MessageError, String(error))
    return error
  }
  throw new Error('nothing was thrown')
}
