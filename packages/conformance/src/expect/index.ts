import { endingSteps } from './ending.ts'
import { frameSteps } from './frames.ts'
import { handshakeSteps } from './handshake.ts'
import type { Handlers } from './handlers.ts'

export const expectSteps: Handlers & Readonly<Record<string, (play: never, step: never, perform: never) => Promise<void>>> = {
  ...handshakeSteps,
  ...frameSteps,
  ...endingSteps,
}
