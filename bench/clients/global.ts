import { drive } from './drive.ts'
import { openStandard } from './standard.ts'

drive(openStandard((globalThis as any).WebSocket))
