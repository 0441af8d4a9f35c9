import { WebSocket } from 'undici'
import { drive } from './drive.ts'
import { openStandard } from './standard.ts'

drive(openStandard(WebSocket as never))
