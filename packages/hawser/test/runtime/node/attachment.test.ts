import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostPolicy } from '../../../src/core/handshake/index.ts'
import type { Attachment } from '../../../src/runtime/node/attachment.ts'
import { PathPatterns } from '../../../src/server/path-patterns.ts'
import { findAttachment } from '../../../src/runtime/node/attachment.ts'

const attachment = (...paths: string[]): Attachment => ({
  core: undefined as never,
  paths: paths.length === 0 ? undefined : new PathPatterns(paths, 'paths'),
  hosts: createHostPolicy('any', undefined),
})

test('a path belongs to the attachment that names it, or else to the one without paths, if any', () => {
  const [all, named] = [attachment(), attachment('/a', '/b')]
  assert.equal(findAttachment([all, named], '/b'), named)
  assert.equal(findAttachment([all, named], '/c'), all)
  assert.equal(findAttachment([named], '/c'), undefined)
  assert.equal(findAttachment([named, all], undefined), all)
})

test('a literal path of one attachment wins over a matching pattern of another', () => {
  const [pattern, literal] = [attachment('/rooms/:id'), attachment('/rooms/lobby')]
  assert.equal(findAttachment([pattern, literal], '/rooms/lobby'), literal)
  assert.equal(findAttachment([pattern, literal], '/rooms/5'), pattern)
})
