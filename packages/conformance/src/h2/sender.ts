import type { Link } from '../link.ts'
import { END_HEADERS, END_STREAM, frameOf, settingsPayload, shownFields, types } from './frames.ts'
import { encodeFields } from './hpack.ts'

/** Writes the frames of one HTTP/2 connection, also those that no HTTP/2 library would. */
export class H2Sender {
  protected readonly link: Link

  constructor(link: Link) {
    this.link = link
  }

  async sendSettings(settings: readonly (readonly [number, number])[]): Promise<void> {
    await this.send(4, 0, 0, settingsPayload(settings))
  }

  async send(type: number, flags: number, stream: number, payload: Uint8Array): Promise<void> {
    this.link.exchange.add(
      'suite',
      'decoded',
      `${types[type] ?? type}, stream ${stream}${flags === 0 ? '' : `, flags ${flags}`}, ${payload.length} bytes`,
    )
    await this.link.write(frameOf(type, flags, stream, payload))
  }

  /** A header block in one HEADERS frame. */
  async sendFields(stream: number, fields: readonly (readonly [string, string])[], endStream: boolean): Promise<void> {
    this.link.exchange.add('suite', 'decoded', shownFields(fields))
    await this.send(1, END_HEADERS | (endStream ? END_STREAM : 0), stream, encodeFields(fields))
  }

  /** Answers a client's request. */
  async respond(stream: number, fields: readonly (readonly [string, string])[], endStream = false): Promise<void> {
    await this.sendFields(stream, fields, endStream)
  }

  sendData(stream: number, bytes: Uint8Array, endStream: boolean): void {
    void this.send(0, endStream ? END_STREAM : 0, stream, bytes)
  }

  sendReset(stream: number): void {
    void this.resetStream(stream)
  }

  sendWindowUpdate(stream: number, increment: number): void {
    const payload = Buffer.alloc(4)
    payload.writeUInt32BE(increment)
    void this.send(8, 0, stream, payload)
  }

  async endStream(stream: number): Promise<void> {
    await this.send(0, END_STREAM, stream, Buffer.alloc(0))
  }

  async resetStream(stream: number): Promise<void> {
    await this.send(3, 0, stream, Buffer.from([0, 0, 0, 8]))
  }

  async goAway(lastStream: number, error: number): Promise<void> {
    const payload = Buffer.alloc(8)
    payload.writeUInt32BE(lastStream)
    payload.writeUInt32BE(error, 4)
    await this.send(7, 0, 0, payload)
  }
}
