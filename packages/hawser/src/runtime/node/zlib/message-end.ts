import { DeflateDataError } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'

/**
 * Follows a message into the inflater: the tail of RFC 7692 section 7.2.2, a last empty block, and a byte that stays
 * unread. Only where the message ends at the end of a block does the stream end before that byte.
 */
export const MESSAGE_END: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00)

export function truncated(): DeflateDataError {
  return new DeflateDataError('the data end inside a block')
}

/**
 * Whether a stream that ended after `consumed` bytes of a message of `length` bytes and MESSAGE_END ends the message. A block with BFINAL
 * ends a stream and not the message (section 7.2.3.4): another stream follows. Section 7.2.3.4 asks for one more byte after a last block
 * that ends with the message; a message without it is accepted.
 * @throws DeflateDataError when the message ends inside a block
 */
export function endsMessage(length: number, consumed: number): boolean {
  if (consumed === length + MESSAGE_END.length) throw truncated()
  return consumed === length || consumed === length + MESSAGE_END.length - 1
}
