/** hawser's WHATWG WebSocket. */
import type * as Hawser from '../../packages/hawser/src/index.ts'
import { drive, readClientSetup } from './drive.ts'
import { openStandard } from './standard.ts'

const { WebSocket } = (await import(readClientSetup().hawser)) as typeof Hawser

drive(openStandard(WebSocket as never))
