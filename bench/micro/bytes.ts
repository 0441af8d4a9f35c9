/** Masking, UTF-8 and the serializer, each compared with its slow reference. */
import { applyMask, applyMaskByBytes, applyMaskInto } from '../../packages/hawser/src/core/protocol/masking.ts'
import { countUtf8, encodeText, serializeFrame, serializeMessage } from '../../packages/hawser/src/core/protocol/frame-serializer.ts'
import { Utf8Validator } from '../../packages/hawser/src/core/protocol/utf8-validator.ts'
import { nodePlatform } from '../../packages/hawser/src/runtime/node/platform.ts'
import { payload, serverFrame } from '../load/frames.ts'
import { compare } from './time.ts'

const { text, masker, buffers } = nodePlatform
for (const size of [16, 64, 256, 1024, 16_384]) {
  const bytes = payload('text', size, 1)
  compare(`mask ${size} B`, {
    'by bytes': () => applyMaskByBytes(bytes, 0, size, 0x01020304),
    'by words': () => applyMask(bytes, 0, size, 0x01020304),
    'platform, in place': () => applyMaskInto(masker, bytes, 0, size, 0x01020304, bytes, 0),
    ...(masker === undefined || size < masker.from ? {} : { 'platform, to its scratch': () => masker.mask(bytes, 0, size, 0x01020304) }),
  })
}
for (const size of [64, 1024, 16_384]) {
  for (const kind of ['text', 'utf8'] as const) {
    const bytes = payload(kind, size, 1)
    const string = bytes.toString()
    compare(`validate ${kind} ${size} B`, {
      incremental: () => new Utf8Validator().push(bytes, 0, size),
      platform: () => text.isUtf8(bytes),
    })
    compare(`measure ${kind} ${size} B`, {
      'by code units': () => countUtf8(string),
      platform: () => text.utf8Length?.(string),
    })
    compare(`serialize ${kind} ${size} B`, {
      'Buffer.concat': () => serverFrame(Buffer.from(string), 1, false),
      serializeFrame: () => serializeFrame({ opcode: 1, payload: encodeText(string, text) }),
      serializeMessage: () => serializeMessage(string, text, buffers),
    })
  }
}
