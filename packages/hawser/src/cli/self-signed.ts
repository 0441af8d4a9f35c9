import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

export interface SelfSigned {
  readonly cert: Buffer
  readonly key: Buffer
}

const dayMs = 86_400_000
const lifetimeDays = 30

/** Names and addresses that mean this machine on every machine. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * A self-signed certificate with a new P-256 key, in the DER layout of RFC 5280 section 4.1. node:crypto reads certificates but creates none.
 * @param names host names and IP addresses for subjectAltName
 */
export function makeSelfSigned(names: readonly string[], now: Date = new Date()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
  const commonName = sequence(objectId(0x55, 0x04, 0x03), der(0x0c, Buffer.from('hawser, self-signed')))
  const subject = sequence(der(0x31, commonName))
  const validity = sequence(time(new Date(now.getTime() - dayMs)), time(new Date(now.getTime() + lifetimeDays * dayMs)))
  const certificate = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ecdsaWithSha256,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeNames(names), serverAuthentication())),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', certificate, privateKey))
  const base64 = sequence(certificate, ecdsaWithSha256, signature).toString('base64')
  const cert = `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{64}(?!$)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  return { cert: Buffer.from(cert), key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })) }
}

/** X.690 section 8.1: identifier, definite length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const { length } = body
  const octets = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...octets]), body])
}

function sequence(...content: readonly Uint8Array[]): Buffer {
  return der(0x30, ...content)
}

function objectId(...octets: readonly number[]): Buffer {
  return der(0x06, Buffer.from(octets))
}

function integer(octets: Uint8Array): Buffer {
  return der(0x02, octets)
}

/** RFC 5280 section 4.1.2.2: positive, up to 20 octets; its first octet is not 0 and its high bit is clear. */
function serialNumber(): Buffer {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] as number) & 0x3f) | 0x40
  return octets
}

/** RFC 5280 section 4.1.2.5: UTCTime until 2049, GeneralizedTime afterwards. */
function time(date: Date): Buffer {
  const text = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text))
}

/** RFC 5280 section 4.2.1.6: dNSName [2], iPAddress [7] in network byte order. */
function alternativeNames(names: readonly string[]): Buffer {
  const general = names.map((name) => (isIP(name) === 0 ? der(0x82, Buffer.from(name, 'latin1')) : der(0x87, addressOctets(name))))
  return sequence(objectId(0x55, 0x1d, 0x11), der(0x04, sequence(...general)))
}

/** RFC 5280 section 4.2.1.12: id-kp-serverAuth. */
function serverAuthentication(): Buffer {
  const purpose = objectId(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01)
  return sequence(objectId(0x55, 0x1d, 0x25), der(0x04, sequence(purpose)))
}

function addressOctets(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes an IPv6 address in its shortest form, with an embedded IPv4 one in hexadecimal.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
