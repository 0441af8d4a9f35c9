import { readFileSync } from 'node:fs'

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')
const pair = (name: string): { cert: string; key: string } => ({ cert: read(`${name}.crt`), key: read(`${name}.key`) })

/** Made by make.sh; valid from 2020 to 2120 unless said. */
export const authority: string = read('authority.crt')
/** For localhost, 127.0.0.1 and ::1. */
export const localhost: { cert: string; key: string } = pair('localhost')
/** For elsewhere.example. */
export const elsewhere: { cert: string; key: string } = pair('elsewhere')
/** For localhost and 127.0.0.1; it ended in 2020. */
export const expired: { cert: string; key: string } = pair('expired')
/** For localhost and 127.0.0.1, signed by itself. */
export const selfsigned: { cert: string; key: string } = pair('selfsigned')
/** A client's. */
export const client: { cert: string; key: string } = pair('client')
