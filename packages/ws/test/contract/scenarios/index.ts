import type { Scenario } from '../kit.ts'
import { clientHandshakes } from './client-handshakes.ts'
import { closing } from './closing.ts'
import { compression } from './compression.ts'
import { events } from './events.ts'
import { packages } from './packages.ts'
import { receiving } from './receiving.ts'
import { sending } from './sending.ts'
import { serverHandshakes } from './server-handshakes.ts'
import { servers } from './servers.ts'
import { streams } from './streams.ts'

/** By area. */
export const scenarios: Readonly<Record<string, readonly Scenario[]>> = {
  packages,
  receiving,
  sending,
  closing,
  events,
  'handshakes of a server': serverHandshakes,
  'handshakes of a client': clientHandshakes,
  servers,
  streams,
  compression,
}
